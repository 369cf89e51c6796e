# SPDX-License-Identifier: BSD-3-Clause
"""The objectives of the peer, over the global batch: PyTorch with the differentiable all_reduce of
torch.distributed.nn, one column a feature, N rows over all processes. Each is to be maximised.

The backward pass of that all_reduce adds up what all processes say of the reduced tensor, P times
the same, and DistributedDataParallel divides the sum of gradients by P: together the exact gradient."""

import math

import torch
import torch.distributed as dist
import torch.distributed.nn


def all_sum(x):
    """The sum over processes; differentiable where x is."""
    if not dist.is_initialized():
        return x
    if x.requires_grad:
        return torch.distributed.nn.all_reduce(x)
    dist.all_reduce(x)
    return x


def global_means(a, b):
    """N and the means of the columns."""
    count = torch.full((1,), len(a), dtype=b.dtype)
    total = all_sum(torch.cat([count, a.sum(0), b.sum(0)]))
    n = total[0].detach()
    return n, *(total[1:] / n).split([a.shape[1], b.shape[1]])


def global_products(n, *products):
    """Means over all rows of sums over local ones, in one all_reduce."""
    total = all_sum(torch.cat([p.flatten() for p in products])) / n
    return [part.view(p.shape) for part, p in zip(total.split([p.numel() for p in products]), products)]


def centred(a, b):
    """N, and both sides minus their means. Covariances do not change with their centre to first
    order, so no gradient need flow through it."""
    with torch.no_grad():
        n, mean_a, mean_b = global_means(a, b)
    return n, a - mean_a, b - mean_b


def barlow(a, b, weight=5e-3, epsilon=1e-5):
    n, a, b = centred(a, b)
    ab, var_a, var_b = global_products(n, a.T @ b, a.square().sum(0), b.square().sum(0))
    r = ab * torch.outer((var_a + epsilon).rsqrt(), (var_b + epsilon).rsqrt())
    diagonal = r.diagonal()
    redundancy = r.square().sum() - diagonal.square().sum()
    return -((1 - diagonal).square().sum() + weight * redundancy)


def whitened(c_aa, c_ab, c_bb, ridge):
    """L_a^-1 C_ab L_b^-T, and both L; C + r tr(C) / p I = L L^T."""
    factors = []
    for c in (c_aa, c_bb):
        identity = torch.eye(len(c), dtype=c.dtype)
        factors.append(torch.linalg.cholesky(c + ridge * c.trace() / len(c) * identity))
    l_a, l_b = factors
    t = torch.linalg.solve_triangular(l_a, c_ab, upper=False)
    return torch.linalg.solve_triangular(l_b, t.T, upper=False).T, l_a, l_b


def dcca(a, b, ridge=1e-4):
    """The sum of canonical correlations; the small matrices are decomposed in double."""
    n, a, b = centred(a, b)
    products = global_products(n, a.T @ a, a.T @ b, b.T @ b)
    t, _, _ = whitened(*(p.double() for p in products), ridge)
    return torch.linalg.svdvals(t).sum()


def entropy(centred_values, variance, n, bins=32, spread=4.0):
    """The mean entropy of the columns' soft histograms by cubic B-splines, in nats."""
    varies = variance > 0
    deviation = torch.where(varies, variance, torch.ones_like(variance)).sqrt()
    z = (centred_values / deviation).clamp(-spread, spread)
    u = 1 + (bins - 3) / (2 * spread) * (z + spread)
    cell = u.detach().floor().clamp(max=bins - 3)
    f = u - cell
    g = 1 - f
    f3, g3 = f * f * f, g * g * g
    second = 4 - 6 * f * f + 3 * f3
    weights = (g3, second, 6 - g3 - second - f3, f3)  # six times those of bins cell - 1 to cell + 2
    first = (cell.long() + (bins * torch.arange(variance.numel()) - 1)).flatten()
    none = torch.zeros(variance.numel() * bins, dtype=u.dtype)
    counts = sum(none.scatter_add(0, first, weight.flatten()).roll(k)
                 for k, weight in enumerate(weights))
    p = (all_sum(counts) / (6 * n)).view(-1, bins)
    logarithm = p.clamp_min(torch.finfo(p.dtype).tiny).log()
    return torch.where(varies, -(p * logarithm).sum(1), torch.zeros_like(variance)).mean()


def infomax_rv(a, b, weight):
    """rv(a, b) - weight (H(a) + H(b)) for a side `a` that is fixed, of which nothing is differentiated."""
    n, mean_a, mean_b = global_means(a, b)
    mean_a = mean_a.detach()
    a, b = a - mean_a, b - mean_b
    c_aa, = global_products(n, a.T @ a)
    c_ab, c_bb = global_products(n, a.T @ b, b.T @ b)
    rv = c_ab.norm() / (c_aa.norm() * c_bb.norm()).sqrt()
    return rv - weight * (entropy(a, c_aa.diagonal(), n) + entropy(b, c_bb.diagonal(), n))


def gathered(x):
    """The rows of all processes, differentiable, and the place of the own ones among them."""
    if not dist.is_initialized():
        return x, 0
    counts = [torch.zeros(1, dtype=torch.long) for _ in range(dist.get_world_size())]
    dist.all_gather(counts, torch.tensor([len(x)]))
    counts = [int(count) for count in counts]
    padded = torch.nn.functional.pad(x, (0, 0, 0, max(counts) - len(x)))
    parts = torch.distributed.nn.all_gather(padded)
    rows = torch.cat([part[:count] for part, count in zip(parts, counts)])
    return rows, sum(counts[:dist.get_rank()])


def infonce(a, b, temperature=0.1):
    """Symmetric, by cosine: local rows against the gathered rows of all processes."""
    a, b = (torch.nn.functional.normalize(side) for side in (a, b))
    (all_a, first), (all_b, _) = gathered(a), gathered(b)
    own = first + torch.arange(len(a))
    loss = sum(torch.nn.functional.cross_entropy(x @ others.T / temperature, own, reduction="sum")
               for x, others in ((a, all_b), (b, all_a)))
    return all_sum(-loss / (2 * len(all_a))) + math.log(len(all_a))


def make(name, weight):
    if name == "infomax":
        return lambda a, b: infomax_rv(a, b, weight)
    return {"barlow": barlow, "dcca": dcca, "infonce": infonce}[name]
