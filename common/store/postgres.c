#include "store/store_priv.h"
const struct engine postgres_engine = {.name="PostgreSQL"};
int postgres_store(const char *uri, enum store_mode mode, struct store **ret,
    struct err *err){(void)uri;(void)mode;(void)ret;return err_set(err,ERR_FAIL,"no engine");}
