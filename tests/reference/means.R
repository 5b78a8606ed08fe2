# Differences between means: Welch, paired, two one-sided tests, Benjamini-Hochberg, Hedges' g. Base R only.
source("write.R")
client <- c(50, 75, 62.5, 87.5, 100, 75, 37.5, 62.5, 75, 87.5, 50, 62.5)
staff <- c(75, 87.5, 100, 75, 87.5, 62.5, 100)
later <- c(62.5, 75, 75, 87.5, 87.5, 87.5, 50, 75, 75, 100, 62.5, 75)

gap <- function(t) if (length(t$estimate) == 2) t$estimate[[1]] - t$estimate[[2]] else t$estimate[[1]]
of <- function(t) c(gap(t), t$stderr, t$parameter, t$conf.int, t$p.value)
welch <- t.test(staff, client)
pairs <- t.test(later, client, paired = TRUE)
apart <- t.test(later, client)
tost <- function(margin, ...) max(t.test(..., alternative = "greater", mu = -margin)$p.value,
                                  t.test(..., alternative = "less", mu = margin)$p.value)

df <- length(client) + length(staff) - 2
J <- exp(lgamma(df / 2) - log(sqrt(df / 2)) - lgamma((df - 1) / 2))
pooled <- sqrt((11 * var(client) + 6 * var(staff)) / df)
p <- c(.001, .2, .013, .04, .04, .9, .0005, .03)

answers(welch = of(welch), paired = of(pairs), apart = of(apart), hedges = J * gap(welch) / pooled,
        tost = c(tost(10, staff, client), tost(30, staff, client), tost(10, later, client, paired = TRUE), tost(20, later, client)), p = p, p_BH = p.adjust(p, "BH"))
