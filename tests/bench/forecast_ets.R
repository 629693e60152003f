# SPDX-License-Identifier: ISC
# forecast_ets.R: what R's package forecast makes of the series that
# forecast_ets.c reads, in the same columns.
#	Rscript forecast_ets.R [EVERY] <M3-monthly-train.csv
suppressMessages(library(forecast))
every <- as.integer(c(commandArgs(TRUE), "1")[1])
input <- file("stdin")
lines <- readLines(input)[-1]
close(input)
lines <- lines[seq(1, length(lines), by = every)]

# One line; nothing where R refuses.
print_fit <- function(id, form, call) {
	start <- proc.time()[[1]]
	fit <- tryCatch(suppressWarnings(call()), error = function(e) NULL)
	if (is.null(fit)) return(invisible())
	f <- forecast(fit, h = 14, level = 95)
	spent <- proc.time()[[1]] - start
	width <- f$upper - f$mean
	cat(sprintf("%s,%s,\"%s\",%.10g,%.10g,%.8g,%.8g,%.8g,%.8g,%.6f\n",
	    id, form, fit$method, fit$loglik, fit$aicc, f$mean[1], f$mean[14],
	    width[1], width[14], spent))
}

for (line in lines) {
	fields <- strsplit(line, ",")[[1]]
	period <- as.integer(fields[2])
	y <- ts(as.numeric(fields[-(1:3)]), frequency = period)
	for (error in c("A", "M")) for (season in c("N", "A", "M"))
		for (trend in c("N", "A", "Ad")) {
			if (season != "N" && period == 1) next
			if (error == "A" && season == "M") next
			print_fit(fields[1], paste0(error, trend, season),
			    function() ets(y,
			        model = paste0(error, substr(trend, 1, 1), season),
			        damped = trend == "Ad"))
		}
	print_fit(fields[1], "auto", function() ets(y))
}
