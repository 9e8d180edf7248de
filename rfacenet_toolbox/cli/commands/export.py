"""``rfacenet export``."""

HELP = "a run's trained network as one .safetensors file for rfacenet predict"


def add_arguments(parser):
    parser.add_argument("run_folder", metavar="RUN", help="a finished run's folder: its LOG.PATH")
    parser.add_argument("--out", required=True, metavar="FILE", help="the .safetensors file to write")


def run(args, _):
    from ...training.export import export

    metadata = export(args.run_folder, args.out)
    print(f"Wrote {args.out}: " + ", ".join(f"{name} {value}" for name, value in metadata.items()))
