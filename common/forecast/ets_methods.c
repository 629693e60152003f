/* SPDX-License-Identifier: ISC */
/* Each form of exponential smoothing as a method of its own. */
#include "forecast/forecast_priv.h"

#define FORM(letters, error, trend, damped, season)                 \
	int forecast_ets_##letters(const struct forecast_series *s, \
	    const struct forecast_ask *ask, struct forecast *ret,   \
	    struct err *err)                                        \
	{                                                           \
		static const struct forecast_ets_form form = {      \
		    error, trend, damped, season};                  \
                                                                    \
		return forecast_ets(s, ask, &form, ret, err);       \
	}

FORM(ANN, 'A', 'N', false, 'N')
FORM(MNN, 'M', 'N', false, 'N')
FORM(AAN, 'A', 'A', false, 'N')
FORM(MAN, 'M', 'A', false, 'N')
FORM(AAdN, 'A', 'A', true, 'N')
FORM(MAdN, 'M', 'A', true, 'N')
FORM(ANA, 'A', 'N', false, 'A')
FORM(MNA, 'M', 'N', false, 'A')
FORM(MNM, 'M', 'N', false, 'M')
FORM(AAA, 'A', 'A', false, 'A')
FORM(MAA, 'M', 'A', false, 'A')
FORM(MAM, 'M', 'A', false, 'M')
FORM(AAdA, 'A', 'A', true, 'A')
FORM(MAdA, 'M', 'A', true, 'A')
FORM(MAdM, 'M', 'A', true, 'M')

int
forecast_ets_chosen(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err)
{
	return forecast_ets(s, ask, NULL, ret, err);
}

const struct forecast_method forecast_ets_methods[] = {
    {"ANN", "additive errors, no trend, no season", forecast_ets_ANN},
    {"MNN", "multiplicative errors, no trend, no season", forecast_ets_MNN},
    {"AAN", "additive errors, trend, no season", forecast_ets_AAN},
    {"MAN", "multiplicative errors, trend, no season", forecast_ets_MAN},
    {"AAdN", "additive errors, damped trend, no season", forecast_ets_AAdN},
    {"MAdN", "multiplicative errors, damped trend, no season",
	forecast_ets_MAdN},
    {"ANA", "additive errors, no trend, additive season", forecast_ets_ANA},
    {"MNA", "multiplicative errors, no trend, additive season",
	forecast_ets_MNA},
    {"MNM", "multiplicative errors, no trend, multiplicative season",
	forecast_ets_MNM},
    {"AAA", "additive errors, trend, additive season", forecast_ets_AAA},
    {"MAA", "multiplicative errors, trend, additive season", forecast_ets_MAA},
    {"MAM", "multiplicative errors, trend, multiplicative season",
	forecast_ets_MAM},
    {"AAdA", "additive errors, damped trend, additive season",
	forecast_ets_AAdA},
    {"MAdA", "multiplicative errors, damped trend, additive season",
	forecast_ets_MAdA},
    {"MAdM", "multiplicative errors, damped trend, multiplicative season",
	forecast_ets_MAdM},
    {0},
};
