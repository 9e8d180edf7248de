"""Which cell does NAS-HR's search find on drawn maps? It is the genotype `synthetic`.

``python benchmarks/nas_hr_search.py`` draws maps of a pulse in 15 rows and three channels, with drift and noise, and
searches on them: small, and with the paper's second-order step. It prints each epoch's errors and genotype. No video
and no person is behind the maps, so what is found says nothing about real ones. Rounding differs between versions of
torch, and a search may end elsewhere for it.
"""

import argparse
import math

import measuring  # noqa: F401  the package of this checkout
import torch

from rfacenet_toolbox.methods.maps.images import min_max
from rfacenet_toolbox.methods.nas_hr import Search, SearchSettings, Supernet
from rfacenet_toolbox.methods.nas_hr.network import prepared

ROWS, FRAMES, FS = 15, 150, 30.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--maps", type=int, default=96, help="drawn maps, half of them for each of the two turns")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--channels", type=int, default=4)
    parser.add_argument("--size", type=int, nargs=2, default=(32, 100), help="to which maps are stretched")
    parser.add_argument("--architecture-lr", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=100)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    settings = SearchSettings(epochs=args.epochs, architecture_learning_rate=args.architecture_lr)
    searching = Search(Supernet(args.channels), settings)
    generator = torch.Generator().manual_seed(args.seed)
    maps, bpm = drawn(args.maps, generator)
    maps = prepared(min_max(maps), tuple(args.size))
    for epoch in range(args.epochs):
        errors = searching.epoch(epoch, list(_pairs(maps, bpm, args.batch_size, generator)))
        print(f"epoch {epoch}: weights {errors[0]:.2f} bpm, architecture {errors[1]:.2f} bpm", flush=True)
        print(f"  {searching.network.genotype()}", flush=True)
    always = (bpm - bpm.median()).abs().mean()
    print(f"always saying the median heart rate: {always:.2f} bpm")


def drawn(count, generator):
    """``(maps (N, 3, 15, 150), heart rates (N,))``: pulses of 50 to 130 bpm, strongest in the third channel."""
    bpm = 50 + 80 * torch.rand(count, generator=generator)
    time_s = torch.arange(FRAMES) / FS

    def uniform(*shape):
        return torch.rand(shape, generator=generator)

    start = 2 * math.pi * uniform(count, 1, 1, 1)
    pulse = torch.sin(2 * math.pi * bpm[:, None, None, None] / 60 * time_s + start)
    strength = torch.tensor([0.3, 0.6, 1.0])[:, None, None] * (0.5 + uniform(count, 1, ROWS, 1))
    channels_drift = torch.tensor([2.0, 2.0, 0.2])[:, None, None]
    drift = channels_drift * torch.sin(2 * math.pi * (0.1 * time_s + uniform(count, 3, 1, 1)))
    noise = 0.5 * torch.randn((count, 3, ROWS, FRAMES), generator=generator)
    return 100 + strength * pulse + drift + noise, bpm


def _pairs(maps, bpm, size, generator):
    """One epoch's pairs of batches: of the first half for the weights, of the second for the architecture."""
    middle = len(maps) // 2
    halves = torch.arange(middle), middle + torch.arange(middle)
    orders = [half[torch.randperm(middle, generator=generator)] for half in halves]
    for chosen in zip(*(order.split(size) for order in orders)):
        yield tuple((maps[index], bpm[index]) for index in chosen)


if __name__ == "__main__":
    main()
