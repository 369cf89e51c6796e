# SPDX-License-Identifier: BSD-3-Clause
# Computes what Infomax is held against, and prints its numbers, one a line.
#
#   Rscript reference.R NAME ARGUMENT...     FILE is a CSV file of numbers without a header
#
#   data NAME                      one of R's own data sets, row by row, after its number of columns
#   cancor FILE FILE               canonical correlations
#   rcc FILE FILE LAMBDA LAMBDA    regularised canonical correlations, by the definition of CCA::rcc
#   prcomp FILE                    variances of the principal components of standardised columns
#   rv FILE FILE                   the RV coefficient of ade4

arguments <- commandArgs(trailingOnly = TRUE)
table_of <- function(k) as.matrix(read.csv(arguments[k], header = FALSE))
number_of <- function(k) as.numeric(arguments[k])
say <- function(numbers) cat(sprintf("%.17g", as.vector(numbers)), sep = "\n")

# cov(x) + lambda I in the place of cov(x), by divisor N - 1 (Gonzalez et al. 2008).
rcc <- function(x, y, lambda_x, lambda_y) {
  root_x <- chol(var(x) + diag(lambda_x, ncol(x)))
  root_y <- chol(var(y) + diag(lambda_y, ncol(y)))
  svd(solve(t(root_x), t(solve(t(root_y), t(cov(x, y))))))$d
}

switch(arguments[1],
  data = {
    numbers <- as.matrix(get(arguments[2]))
    say(c(ncol(numbers), t(numbers)))
  },
  cancor = say(cancor(table_of(2), table_of(3))$cor),
  rcc = say(rcc(table_of(2), table_of(3), number_of(4), number_of(5))),
  prcomp = say(prcomp(table_of(2), scale. = TRUE)$sdev^2),
  rv = say(ade4::RV.rtest(as.data.frame(table_of(2)), as.data.frame(table_of(3)), nrepet = 2)$obs),
  stop("there is no reference of this name"))
