"""Phases of an estate (二期): part of its name, because each phase counts its buildings anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.contracts.conversations import Address, Completeness
from backend.domain.language.address_merge import merge_address
from backend.domain.language.address_names import phase_of, same_estate
from backend.domain.language.addresses import parse_address
from backend.domain.language.gazetteer import Gazetteer, Place
from tests.unit.language.places import GAZETTEER


@pytest.mark.parametrize(
    ("text", "estate", "building"),
    [
        ("翠园小区2期3号楼电梯坏了", "翠园小区2期", "3"),
        ("翠园小区二期的5号楼", "翠园小区二期", "5"),
        ("永乐小区 一期 十九号楼", "永乐小区一期", "19"),
        ("阳光花园二期6号楼", "阳光花园二期", "6"),
        ("万科二期8号楼2单元没暖气", "万科二期", "8"),
        ("我家住恒大二期12-3-402", "恒大二期", "12"),
        ("幸福家园三期", "幸福家园三期", ""),
    ],
)
def test_the_phase_belongs_to_the_name_and_the_number_behind_it_is_the_building(text: str, estate: str, building: str) -> None:
    mention = parse_address(text, GAZETTEER)
    assert mention is not None
    assert (mention.address.estate, mention.address.building) == (estate, building)
    assert (mention.completeness is Completeness.FULL) is bool(building)


@pytest.mark.parametrize(
    ("text", "estate"),
    [("翠园小区一期工程质量差", "翠园小区"), ("翠园小区3号楼", "翠园小区"), ("翠园小区三期间停水", "翠园小区")],
)
def test_other_words_with_that_sign_are_no_phase(text: str, estate: str) -> None:
    mention = parse_address(text, GAZETTEER)
    assert mention is not None
    assert mention.address.estate == estate


def test_an_estate_named_again_without_its_phase_keeps_it_and_its_doors() -> None:
    known = Address(estate="翠园小区二期", building="6", unit="2")
    merged = merge_address(known, Address(estate="翠园小区", room="301"))
    assert (merged.estate, merged.building, merged.unit, merged.room) == ("翠园小区二期", "6", "2", "301")


def test_a_phase_told_later_joins_the_estate_and_clears_no_door() -> None:
    merged = merge_address(Address(estate="翠园小区", building="6"), Address(estate="翠园小区二期"))
    assert (merged.estate, merged.building) == ("翠园小区二期", "6")


@pytest.mark.parametrize(("one", "other"), [("翠园小区2期6号楼", "翠园小区二期6号楼"), ("万科3期8号楼", "万科三期8号楼")])
def test_a_phase_in_digits_and_one_in_words_are_the_same_place(one: str, other: str) -> None:
    first, second = parse_address(one, GAZETTEER), parse_address(other, GAZETTEER)
    assert first is not None
    assert second is not None
    merged = merge_address(first.address, replace(second.address, building="", unit="2"))
    assert (merged.building, merged.unit) == (first.address.building, "2")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("翠园小区2期", "翠园小区二期", True),
        ("翠园小区二期", "翠园小区三期", False),
        ("翠园小区2期", "翠园小区", False),
        ("219公寓", "219公寓", True),
    ],
)
def test_a_phase_is_the_same_in_digits_and_in_words(one: str, other: str, same: bool) -> None:
    assert same_estate(one, other) is same_estate(other, one) is same


def test_a_phase_that_the_directory_knows_is_found_in_either_writing() -> None:
    directory = Gazetteer.build((Place("estate", "云杉里二期"), Place("estate", "云杉里3期")))
    assert [directory.find(text)[0].place.name for text in ("云杉里2期6号楼", "云杉里三期6号楼")] == ["云杉里二期", "云杉里3期"]


def test_another_phase_is_another_place() -> None:
    merged = merge_address(Address(estate="翠园小区二期", building="6"), Address(estate="翠园小区三期"))
    assert (merged.estate, merged.building) == ("翠园小区三期", "")


@pytest.mark.parametrize(
    ("estate", "phase"), [("翠园小区二期", "二期"), ("万科3期", "3期"), ("翠园小区", ""), ("", ""), ("二期", "")]
)
def test_the_phase_of_a_name(estate: str, phase: str) -> None:
    assert phase_of(estate) == phase


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("翠园小区2号楼头一个门洞", "1"),
        ("翠园小区2号楼第三个单元", "3"),
        ("翠园小区2号楼三个单元都没水", ""),
        ("头三个单元没水", ""),
    ],
)
def test_a_unit_is_counted_from_the_end_of_the_house(text: str, unit: str) -> None:
    mention = parse_address(text, GAZETTEER)
    assert (mention.address.unit if mention else "") == unit


@pytest.mark.parametrize(
    "text",
    [
        "单元三楼那个老李家把煤堆楼道里",
        "一楼开麻将馆天天吵",
        "二楼底商油烟大",
        "狗屎满小区都是",
        "一个是小区里有人赌钱",
        "老人看不见几路",
        "一楼二楼水管都冻裂了",
        "把狗笼子摆大道上",
    ],
)
def test_the_floor_of_somebody_else_and_the_whole_estate_are_no_place_of_ours(text: str) -> None:
    mention = parse_address(text, GAZETTEER)
    assert mention is None or (mention.address.floor, mention.address.estate) == ("", "")
