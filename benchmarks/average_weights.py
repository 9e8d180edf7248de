"""What lies halfway between two weights files of one network?

``python benchmarks/average_weights.py A B --out C`` writes it: the mean, tensor by tensor. Halfway between a network
before a training and after it, it often does better than either on data unlike those of the training (Wortsman et al.
2022, "Robust fine-tuning of zero-shot models"). The statistics of the normalisation are averaged, too. The settings
that come with the tensors are those of B.
"""

import argparse

import measuring  # noqa: F401  this checkout's package

from rfacenet_toolbox.training import weights_files


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs=2, metavar="SAFETENSORS")
    parser.add_argument("--out", required=True, metavar="SAFETENSORS")
    args = parser.parse_args()
    before, after = map(weights_files.read, args.files)
    if before.weights.keys() != after.weights.keys():
        raise SystemExit(f"{before.path} and {after.path} hold tensors of other names; give two of one network.")
    mean = {name: (before.weights[name] + last) / 2 if last.is_floating_point() else last
            for name, last in after.weights.items()}  # fmt: skip
    weights_files.write_safetensors(args.out, mean, after.metadata)


if __name__ == "__main__":
    main()
