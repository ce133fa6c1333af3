"""Invented places for the tests of addresses."""

from backend.domain.language.gazetteer import Gazetteer, Place

PLACES = (
    Place("estate", "翠园小区", parents=("新华社区", "山南街道")),
    Place("estate", "永乐小区"),
    Place("estate", "幸福家园"),
    Place("estate", "锦绣华府"),
    Place("estate", "和平小区"),
    Place("estate", "东方新城国际花园"),
    Place("community", "新华社区"),
    Place("road", "园林路"),
    Place("road", "二一九路", aliases=("219路",)),
    Place("landmark", "新兴菜市场"),
)
GAZETTEER = Gazetteer.build(PLACES)
EMPTY = Gazetteer.build(())
