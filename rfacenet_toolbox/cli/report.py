"""``rfacenet report``, ``profile`` and ``export``: what finished runs and configs are asked for."""

from ..errors import ConfigError


def report_arguments(parser):
    parser.add_argument("runs", nargs="+", metavar="RUN", help="folder of a finished run (its LOG.PATH)")
    parser.add_argument("--out", default="report", help="folder for report.html and the figures; ./report by default")
    parser.add_argument(
        "--attention-clips",
        type=int,
        default=24,
        metavar="N",
        help="test clips of which Fig. 1 is made; 24 by default, 0 for none",
    )


def report(args):
    from ..report.build import write_report
    from ..runtime.files import check_writable

    if args.attention_clips < 0:
        raise ConfigError(f"--attention-clips is {args.attention_clips}; expected 0 or more.")
    check_writable("--out", args.out)
    print(f"Report: {write_report(args.runs, args.out, args.attention_clips)}, with figures/ beside it")


def profile_arguments(parser):
    parser.add_argument("configs", nargs="+", metavar="CONFIG", help="a YAML file, such as those in toolbox_configs/")
    parser.add_argument("--repeats", type=int, help="timed clips of each model; 20 by default")
    parser.add_argument("--device", help="cpu, cuda:0, ...; it must be there. The config's DEVICE by default")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--training",
        type=int,
        metavar="STEPS",
        help="measure so many training steps, and preprocessing, instead of predictions",
    )
    parser.add_argument("--batch-size", type=int, metavar="N", help="clips of a training step; the config's by default")
    parser.add_argument(
        "--cpu-time", action="store_true", help="measure the processor's time: for a machine that has other work, too"
    )


def profile(args):
    from ..training import profile

    if args.training is None:
        if args.batch_size is not None:
            raise ConfigError("--batch-size is that of a training step; add --training STEPS.")
        repeats = 20 if args.repeats is None else args.repeats
        found = profile.of_config_files(args.configs, repeats, args.device, args.cpu_time)
        print(profile.as_json(found) if args.json else profile.table(found))
        return
    from ..training import profile_training

    if args.repeats is not None:
        raise ConfigError("--repeats is the number of timed predictions; with --training STEPS, leave it out.")
    found = profile_training.of_config_files(args.configs, args.training, args.device, args.batch_size, args.cpu_time)
    print(profile.as_json(found) if args.json else profile_training.table(found))


def export_arguments(parser):
    parser.add_argument(
        "source",
        metavar="RUN",
        help="folder of a finished run (its LOG.PATH), a .safetensors file that this command wrote, or 'package' for "
        "the weights that the package ships",
    )
    parser.add_argument("--out", required=True, metavar="FILE", help="the .safetensors or .onnx file to write")


def export(args):
    from ..training.export import export

    metadata = export(args.source, args.out)
    print(f"Wrote {args.out}: " + ", ".join(f"{name} {value}" for name, value in metadata.items()))
