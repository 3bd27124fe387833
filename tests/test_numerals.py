"""Numbers are read however a text writes them."""

from decimal import Decimal

import pytest

from zhicheng.knowledge.numerals import han_value, numbers


@pytest.mark.parametrize(("text", "value"), [("五", 5), ("十", 10), ("十三", 13), ("二十", 20), ("三十四", 34), ("两千", 2000), ("一万五千", 15000), ("一百零五", 105)])
def test_chinese_numerals(text, value):
    assert han_value(text) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [("专业技术岗位五至七级", {5, 7}), ("十一至十二级", {11, 12}), ("10万字", {10, 100000}), ("２项以上", {2}), ("低于 25% 的", {25}), ("2-15 名", {2, 15}), ("0.3n", {Decimal("0.3")}), ("两篇以上", {2})],
)
def test_numbers_in_a_text(text, expected):
    assert {Decimal(n) for n in expected} <= numbers(text)
