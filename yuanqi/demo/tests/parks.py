"""A small demo park, for tests that load one."""

from yuanqi.demo.size import Size

SMALL = Size(enterprises=70, industrial=45, ranked=26, deputies=4, requests=420, days=150)
