"""NAS-HR: H. Lu, H. Han, "NAS-HR: Neural architecture search for heart rate estimation from face videos", Virtual
Reality and Intelligent Hardware, 2021: its search space, its search and its network, from facts about the published
code."""

from .genotype import Genotype, parse
from .network import NASHR
from .search import Search, SearchSettings
from .supernet import Supernet

__all__ = ["NASHR", "Genotype", "Search", "SearchSettings", "Supernet", "parse"]
