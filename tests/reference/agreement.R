# Intraclass correlations from aov, on the ratings of Shrout & Fleiss (1979, Psychological Bulletin 86, 420-428, table 2). Base R only.
source("write.R")
ratings <- matrix(c(9, 2, 5, 8,  6, 1, 3, 2,  8, 4, 6, 8,  7, 1, 2, 6,  10, 5, 6, 9,  6, 2, 4, 7), ncol = 4, byrow = TRUE)
long <- data.frame(y = as.vector(ratings), unit = factor(rep(1:6, 4)), assessor = factor(rep(1:4, each = 6)))
ms <- summary(aov(y ~ unit + assessor, long))[[1]][["Mean Sq"]]
R <- ms[1]; C <- ms[2]; E <- ms[3]; n <- 6; k <- 4
answers(icc = c((R - E) / (R + (k - 1) * E + k * (C - E) / n), (R - E) / (R + (C - E) / n), (R - E) / (R + (k - 1) * E), (R - E) / R))
