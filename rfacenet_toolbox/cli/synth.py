"""``rfacenet synth``: synthetic recordings."""

from ..errors import ConfigError

#: options that the benchmark does not take
_OPTIONS = ("dataset", "subjects", "first_subject", "scenarios", "seconds", "seed")


def synth_arguments(parser):
    parser.add_argument("out", help="folder to write to")
    parser.add_argument(
        "--benchmark",
        action="store_true",
        help="write DrawnFaces-102: two fixed data sets, in PURE and UBFC-rPPG below the folder. Takes only --size "
        "(160 120 by default) and --workers",
    )
    parser.add_argument("--dataset", help="format: pure, ubfc-rppg, vipl-hr, scamps, mcd-rppg, varied or varied-pure")
    parser.add_argument("--subjects", type=int, help="number of people")
    parser.add_argument("--first-subject", type=int, help="number of the first subject; 1 by default")
    parser.add_argument(
        "--scenarios",
        type=int,
        nargs="+",
        help="PURE's scenarios (1 to 6), VIPL-HR's scenes (1 to 9), MCD-rPPG's steps (1 and 2), or the "
        "conditions of varied recordings (1 to 16); all of them by default",
    )
    parser.add_argument("--seconds", type=float, help="length of each recording; 60 by default, 20 for scamps")
    parser.add_argument(
        "--size", type=int, nargs=2, metavar=("W", "H"), help="pixels; 640 480 by default, 320 240 for scamps"
    )
    parser.add_argument("--seed", type=int, help="seed of pulse, motion and noise; 0 by default")
    parser.add_argument("--workers", type=int, help="processes that draw; 2 by default")


def synth(args):
    if args.benchmark:
        return _benchmark(args)
    from ..synthetic import write_dataset

    for option in ("dataset", "subjects"):
        if getattr(args, option) is None:
            raise ConfigError(f"--{option} is not given. Give --dataset NAME --subjects N, or --benchmark.")
    given = {name: getattr(args, name) for name in _given(args)}
    recordings = write_dataset(
        args.out, size=args.size and tuple(args.size), workers=args.workers, on_recording=_say, **given
    )
    plural = "" if len(recordings) == 1 else "s"
    print(f"{len(recordings)} synthetic recording{plural} in {args.out}, in the format of {args.dataset}")


def _benchmark(args):
    from ..synthetic.benchmark import NAME, SIZE, write_benchmark

    fixed = _given(args)
    if fixed:
        option = fixed[0].replace("_", "-")
        raise ConfigError(f"--{option} was given with --benchmark, whose recordings are fixed. Leave one of them out.")
    made = write_benchmark(args.out, size=tuple(args.size or SIZE), workers=args.workers, on_recording=_say)
    counts = " and ".join(f"{len(recordings)} in the format of {name}" for name, recordings in made.items())
    print(f"{NAME} in {args.out}: synthetic recordings, {counts}")


def _given(args):
    return [name for name in _OPTIONS if getattr(args, name) is not None]


def _say(folder):
    print(f"made {folder}", flush=True)
