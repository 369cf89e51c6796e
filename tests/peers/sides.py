# SPDX-License-Identifier: BSD-3-Clause
"""What the peer trains on and with: the rows of a data set file, and the networks that make the
two sides of the objective from them."""

import h5py
import torch

import modules


def scale(rows):
    """Shift and factor that take all of `rows` to [0, 1], as --normalize scale does."""
    low, high = rows.min().item(), rows.max().item()
    return low, 1.0 / (high - low) if high > low else 1.0


class Rows:
    """This process's rows in memory, preprocessed: one tensor, or one for each of two views. A view
    that shares its network with the other shares its preprocessing too; test data have that of the
    data trained on, `like`."""

    def __init__(self, path, pair, dtype, share=False, rank=0, processes=1, like=None):
        with h5py.File(path) as file:
            x = torch.from_numpy(file["x"][()])
        images = [x]
        if pair == "views":
            half = x.shape[2] // 2
            images = [x[:, :, :half], x[:, :, half:]]
        first, end = len(x) * rank // processes, len(x) * (rank + 1) // processes
        self.scales = like.scales if like else [scale(images[0] if share else view)
                                                for view in images]
        self.views = []
        for view, (low, factor) in zip(images, self.scales):
            mine = view[first:end].reshape(end - first, -1)
            self.views.append((mine.to(dtype) - low) * factor)
        self.global_count = len(x)
        self.count = end - first

    def epoch(self, batch, generator):
        """The rows' numbers in random order, in as few nearly equal parts as make global batches of
        `batch` rows at most."""
        steps = -(-self.global_count // batch)
        return torch.randperm(self.count, generator=generator).tensor_split(steps)

    def take(self, numbers):
        return [view.index_select(0, numbers) for view in self.views]


class Sides(torch.nn.Module):
    """Rows in, sides a and b out, by network b alone or by networks a and b."""

    def __init__(self, pair, spec, rows, noise=0.0, share=False):
        super().__init__()
        self.pair, self.noise = pair, noise
        widths = [view.shape[1] for view in rows.views]
        dtype = rows.views[0].dtype
        self.b = modules.Builder((widths[-1],), dtype).build(spec)
        self.a = (modules.Builder((widths[0],), dtype).build(spec)
                  if pair == "views" and not share else None)

    def forward(self, x, y=None):
        if self.pair == "input":
            return x, self.b(x)
        if self.a is not None:
            return self.a(x), self.b(y)
        if self.pair == "augment":
            noise = torch.randn(2, *x.shape, dtype=x.dtype)
            both = torch.add(x, noise, alpha=self.noise).flatten(0, 1)
        else:
            both = torch.cat([x, y])
        return self.b(both).chunk(2)

    def networks(self):
        return {name: net for name, net in (("a", self.a), ("b", self.b)) if net is not None}

    def dense(self, name):
        return [layer for layer in self.networks()[name] if isinstance(layer, torch.nn.Linear)]

    @torch.no_grad()
    def load(self, path):
        """Takes the parameters of a model.h5."""
        with h5py.File(path) as file:
            for name in self.networks():
                for k, layer in enumerate(self.dense(name)):
                    stored = file[f"networks/{name}/layers/{k}"]
                    layer.weight.copy_(torch.from_numpy(stored["weight"][()]).T)
                    layer.bias.copy_(torch.from_numpy(stored["bias"][()]))

    def save(self, path):
        """Writes the parameters as a model.h5 has them."""
        with h5py.File(path, "w") as file:
            for name in self.networks():
                for k, layer in enumerate(self.dense(name)):
                    group = file.create_group(f"networks/{name}/layers/{k}")
                    group["weight"] = layer.weight.detach().T.numpy()
                    group["bias"] = layer.bias.detach().numpy()
