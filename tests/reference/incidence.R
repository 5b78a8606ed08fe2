# Cumulative incidence with a competing event: the estimate time after time, its error by leaving each person's weight a
# little larger, the log interval. Base R only.
source("write.R")
time <- c(1, 1, 2, 2, 2, 3, 4, 4, 5, 5, 6, 6, 7, 8, rep(10, 16))
event <- c(1, 1, 0, 0, 2, 2, 1, 1, 0, 1, 2, 1, 0, 1, rep(0, 16))
F1 <- function(h, w = rep(1, length(time))) {
  S <- 1; F <- 0
  for (t in sort(unique(time[time <= h]))) {
    Y <- sum(w[time >= t]); d1 <- sum(w[time == t & event == 1]); d2 <- sum(w[time == t & event == 2])
    F <- F + S * d1 / Y; S <- S * (1 - (d1 + d2) / Y)
  }
  F
}
error <- function(h) { e <- 1e-5; sqrt(sum(sapply(seq_along(time), function(i) {
  up <- down <- rep(1, length(time)); up[i] <- 1 + e; down[i] <- 1 - e; (F1(h, up) - F1(h, down)) / (2 * e) })^2)) }
h <- c(2, 4, 6, 9)
f <- sapply(h, F1); s <- sapply(h, error)
# no competing events: one minus Kaplan-Meier with Greenwood's variance
km <- function(h) { d <- sapply(sort(unique(time[time <= h])), function(t) c(sum(time == t & event > 0), sum(time >= t)))
  S <- prod(1 - d[1, ] / d[2, ]); c(1 - S, S * sqrt(sum(d[1, ] / (d[2, ] * (d[2, ] - d[1, ]))))) }
answers(estimate = f, std_error = s, conf_low = f * exp(-qnorm(.975) * s / f), conf_high = pmin(1, f * exp(qnorm(.975) * s / f)),
        any_event = sapply(h, km)[1, ], any_event_std_error = sapply(h, km)[2, ])
