"""``rfacenet manifest``: propose the CSV file that describes your own data set."""

import os


def manifest_arguments(parser):
    parser.add_argument("folder", metavar="DIR", help="the folder that holds the videos and their ground truths")
    parser.add_argument("--out", metavar="FILE", help="file to write; manifest.csv in DIR by default")


def manifest(args):
    from ..datasets.manifest_file import FILE_NAME
    from ..datasets.manifest_proposal import propose
    from ..errors import OutputError
    from ..runtime.files import write_atomically

    path = args.out or os.path.join(args.folder, FILE_NAME)
    if os.path.exists(path):
        raise OutputError(f"{path} is there already. Remove it, or name another file with --out.")
    text, remarks = propose(args.folder, os.path.dirname(os.path.abspath(path)))
    write_atomically(path, lambda file: file.write(text.encode()))
    count = text.count("\n") - 1
    print(f"Wrote {path}: {count} recording{'' if count == 1 else 's'}.", *remarks, sep="\n")
