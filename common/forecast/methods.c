/* SPDX-License-Identifier: ISC */
/* The methods by the names under which people ask for them. */
#include "forecast/forecast_priv.h"

const struct forecast_method forecast_methods[] = {
    {"naive", "the last value", forecast_naive},
    {"snaive", "the value of the last season", forecast_seasonal_naive},
    {"drift", "the line from the first value to the last", forecast_drift},
    {0},
};

const struct forecast_method *
forecast_method_find(struct str name)
{
	for (const struct forecast_method *m = forecast_methods; m->name; m++)
		if (str_is(name, m->name))
			return m;
	return NULL;
}
