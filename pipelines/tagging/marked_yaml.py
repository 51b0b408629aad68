"""The reader of rule files is the reader of every YAML file: it lives in pipelines.marked_yaml."""

from pipelines.marked_yaml import Marked, read_yaml

__all__ = ["Marked", "read_yaml"]
