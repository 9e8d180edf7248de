"""``rfacenet synth``: synthetic recordings."""


def synth_arguments(parser):
    parser.add_argument("out", help="folder to write")
    parser.add_argument(
        "--dataset", required=True, help="pure, ubfc-rppg, vipl-hr, scamps, mcd-rppg, varied or varied-pure"
    )
    parser.add_argument("--subjects", type=int, required=True, help="how many")
    parser.add_argument("--first-subject", type=int, default=1, help="number of the first subject")
    parser.add_argument(
        "--scenarios",
        type=int,
        nargs="+",
        help="PURE's scenarios, 1 to 6, VIPL-HR's scenes, 1 to 9, MCD-rPPG's steps, 1 and 2, or the "
        "conditions of varied recordings, 1 to 16; all of them by default",
    )
    parser.add_argument("--seconds", type=float, help="length of each recording; 60 by default, for scamps 20")
    parser.add_argument("--size", type=int, nargs=2, metavar=("W", "H"), help="640 480 by default, for scamps 320 240")
    parser.add_argument("--seed", type=int, default=0, help="of pulse, motion and noise; 0 by default")
    parser.add_argument("--workers", type=int, help="processes; 2 by default")


def synth(args):
    from ..synthetic import write_dataset

    recordings = write_dataset(
        args.out,
        args.dataset,
        subjects=args.subjects,
        seed=args.seed,
        scenarios=args.scenarios,
        seconds=args.seconds,
        size=args.size,
        first_subject=args.first_subject,
        workers=args.workers,
        on_recording=lambda folder: print(f"made {folder}", flush=True),
    )
    print(f"{len(recordings)} synthetic recordings in {args.out}, in the format of {args.dataset}")
