# SPDX-License-Identifier: ISC
# forecast_arima.R: the log-likelihoods that stats::arima finds for series of
# the M3 competition, each given one of a list of orders, and for every tenth
# what forecast::auto.arima chooses:
#	id,p,d,q,P,D,Q,constant,log-likelihood,seconds
#	id,auto,AICc,seconds
#	Rscript forecast_arima.R COUNT <all series, as id,frequency,start,values...
suppressMessages(library(forecast))
plain <- rbind(
    c(0, 1, 1, 0, 0, 0, 0), c(1, 1, 1, 0, 0, 0, 1), c(2, 0, 1, 0, 0, 0, 1),
    c(0, 2, 1, 0, 0, 0, 0), c(1, 0, 0, 0, 0, 0, 1), c(3, 1, 0, 0, 0, 0, 0),
    c(2, 1, 2, 0, 0, 0, 0), c(1, 2, 2, 0, 0, 0, 0), c(0, 1, 3, 0, 0, 0, 1))
seasonal <- rbind(
    c(0, 1, 1, 0, 1, 1, 0), c(1, 1, 1, 0, 1, 1, 0), c(2, 1, 0, 1, 0, 0, 0),
    c(1, 0, 1, 1, 0, 1, 1), c(0, 1, 2, 1, 1, 0, 0), c(2, 0, 0, 0, 1, 1, 1),
    c(2, 1, 2, 1, 0, 1, 0), c(1, 1, 1, 0, 0, 2, 1), c(3, 0, 1, 2, 1, 0, 0),
    c(0, 1, 1, 0, 0, 0, 0), c(2, 1, 2, 0, 0, 0, 0))
count <- as.integer(commandArgs(TRUE))
input <- file("stdin")
lines <- readLines(input)
close(input)
for (i in seq_len(count)) {
	at <- floor((i - 0.5) * length(lines) / count) + 1
	fields <- strsplit(lines[at], ",")[[1]]
	period <- as.integer(fields[2])
	y <- ts(as.numeric(fields[-(1:3)]), frequency = period)
	orders <- if (period > 1) seasonal else plain
	o <- orders[i %% nrow(orders) + 1, ]
	drift <- if (o[7] && o[2] + o[5] > 0) seq_along(y)
	fit <- function(method) tryCatch(suppressWarnings(stats::arima(y, o[1:3],
	    list(order = o[4:6], period = period), xreg = drift,
	    include.mean = o[7] > 0, method = method))$loglik,
	    error = function(e) NA)
	start <- proc.time()[[1]]
	best <- fit("CSS-ML")
	if (is.na(best)) best <- fit("ML")
	cat(sprintf("%s,%s,%.10g,%.6f\n", fields[1], paste(o, collapse = ","),
	    best, proc.time()[[1]] - start))
	if (i %% 10) next
	start <- proc.time()[[1]]
	chosen <- suppressWarnings(auto.arima(y))
	cat(sprintf("%s,auto,%.10g,%.6f\n", fields[1], chosen$aicc,
	    proc.time()[[1]] - start))
}
