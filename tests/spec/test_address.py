"""Every net has a link, and the link is that net."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from explorer.spec import CHOICES, ResNetSpec, catalogue
from explorer.spec.address import params_of
from explorer.spec.chosen import of_params


@pytest.mark.parametrize("name", catalogue.rows())
def test_every_row_of_the_catalogue_has_a_link(name: str) -> None:
    spec = catalogue.rows()[name].spec
    assert of_params(params_of(spec)).spec == spec


@given(st.data())
def test_any_net_has_a_link(data: st.DataObject) -> None:
    changed = data.draw(st.sets(st.sampled_from(sorted(CHOICES))))  # all at once are seldom a net that there can be
    picked = {field: data.draw(st.sampled_from(CHOICES[field])) for field in sorted(changed)}
    stages = tuple(data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=4)))
    try:
        spec = ResNetSpec(**picked, stages=stages, width=data.draw(st.sampled_from([16, 64, 96])), in_channels=1)
    except ValueError:
        assume(False)
    assert of_params(params_of(spec)).spec == spec


def test_the_shortest_name_is_taken() -> None:
    assert params_of(ResNetSpec()) == {"net": "resnet50"}
    assert params_of(ResNetSpec(num_classes=10)) == {"net": "resnet50", "classes": "10"}
