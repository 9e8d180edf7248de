"""``rfacenet search-nas-hr``: find a cell for NAS-HR."""


def search_nas_hr_arguments(parser):
    parser.add_argument(
        "--config_file", required=True, help="a YAML file that trains NASHR; its training maps are searched on"
    )
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for genotype.txt, search.csv and the state")
    parser.add_argument("--epochs", type=int, default=40, help="epochs of the search; 40 by default")
    parser.add_argument("--batch-size", type=int, default=32, metavar="N", help="maps in a batch; 32 by default")
    parser.add_argument(
        "--architecture-lr", type=float, default=3e-4, metavar="RATE", help="learning rate of the cell; 3e-4 by default"
    )
    parser.add_argument("--first-order", action="store_true", help="use a coarser gradient, for a quarter of the work")
    parser.add_argument("--seed", type=int, default=100, help="seed of the search; 100 by default")


def search_nas_hr(args):
    from ..experiments.nas_hr_search import SearchOptions, search

    options = SearchOptions(args.epochs, args.batch_size, not args.first_order, args.architecture_lr, args.seed)
    print(f"GENOTYPE: {search(args.config_file, args.out, options)}")
