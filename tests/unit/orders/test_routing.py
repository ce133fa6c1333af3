"""Where an address lies and which unit gets the order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.conversations import Address
from backend.domain.routing import STREET_OFFICE, Place, Rule, locate, route

PLACES = {
    place.code: place
    for place in (
        Place("d", "district", "铁东区"),
        Place("s1", "street", "园林街道", "d", ("园林街道办",), unit_id="office-1"),
        Place("s2", "street", "山南街道", "d", unit_id="office-2"),
        Place("old", "street", "对炉街道", "d", successor="s1"),
        Place("c1", "community", "翠园社区", "s1"),
        Place("c2", "community", "山南社区", "s2"),
        Place("g1", "grid", "翠园社区第1网格", "c1"),
        Place("e1", "estate", "翠园小区", "c1", ("翠园",)),
        Place("e2", "estate", "和平里", "c1"),
        Place("e3", "estate", "和平里", "c2"),
    )
}


def codes(address, grid=""):
    return [place.code for place in locate(address, PLACES, grid=grid)]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (Address(estate="翠园小区"), ["e1", "c1", "s1", "d"]),
        (Address(estate="翠园"), ["e1", "c1", "s1", "d"]),
        (Address(community="翠园社区"), ["c1", "s1", "d"]),
        (Address(street="园林街道"), ["s1", "d"]),
        (Address(street="园林街道办"), ["s1", "d"]),
        (Address(street="对炉街道"), ["s1", "d"]),  # a merged street leads to its successor
        (Address(estate="和平里", street="山南街道"), ["s2", "d"]),  # two estates of one name: the street decides
        (Address(estate="和平里"), []),
        (Address(text="对炉那边翠园小区6号楼"), ["e1", "c1", "s1", "d"]),  # the longest name in the text
        (Address(text="火星街道"), []),
        (Address(), []),
    ],
)
def test_an_address_is_found_by_the_most_exact_name(address, expected):
    assert codes(address) == expected


def test_a_grid_code_beats_every_name():
    assert codes(Address(street="山南街道"), grid="g1") == ["g1", "c1", "s1", "d"]


def test_an_unknown_grid_code_leaves_the_names():
    assert codes(Address(street="山南街道"), grid="nowhere") == ["s2", "d"]


def test_places_that_contain_each_other_do_not_hang():
    circle = {"a": Place("a", "estate", "甲", "b"), "b": Place("b", "community", "乙", "a")}
    assert [place.code for place in locate(Address(estate="甲"), circle)] == ["a", "b"]


HEAT = Rule("heat", "", "01", "heating")
LEAF = Rule("cold", "", "0101", "night-shift")
ESTATE = Rule("estate-heat", "e1", "01", "boiler-house")
OFFICE = Rule("office", "", "07", STREET_OFFICE)
ANY = Rule("any", "s1", "", "office-1")


@pytest.mark.parametrize(
    ("rules", "service", "expected"),
    [
        ([HEAT], "0101", "heat"),
        ([HEAT, LEAF], "0101", "cold"),  # the longer prefix
        ([HEAT, LEAF], "0104", "heat"),
        ([HEAT, ESTATE], "0101", "estate-heat"),  # the smaller place
        ([ESTATE, LEAF], "0101", "cold"),  # the matter before the place
        ([HEAT, ANY], "0101", "heat"),
        ([ANY], "2299", "any"),
        ([HEAT, Rule("manual", "", "", "desk", priority=5)], "0101", "manual"),
    ],
)
def test_the_most_specific_rule_fires(rules, service, expected):
    chain = locate(Address(estate="翠园小区"), PLACES)
    for order in (rules, rules[::-1]):
        assert route(chain, service, order).rule_id == expected


def test_the_street_office_is_that_of_the_residence():
    for estate, unit in (("翠园小区", "office-1"),):
        assert route(locate(Address(estate=estate), PLACES), "0701", [OFFICE]).unit_id == unit
    assert route(locate(Address(street="山南街道"), PLACES), "0701", [OFFICE]).unit_id == "office-2"


def test_without_a_known_street_its_office_cannot_be_chosen():
    assert route((), "0701", [OFFICE]) is None


def test_no_rule_is_no_unit():
    assert route(locate(Address(estate="翠园小区"), PLACES), "2299", [HEAT, LEAF, OFFICE]) is None


@given(st.permutations([HEAT, LEAF, ESTATE, OFFICE, ANY]), st.sampled_from(["0101", "0104", "0701", "2299"]))
def test_the_order_of_the_rules_does_not_matter(rules, service):
    chain = locate(Address(estate="翠园小区"), PLACES)
    assert route(chain, service, rules) == route(chain, service, [HEAT, LEAF, ESTATE, OFFICE, ANY])
