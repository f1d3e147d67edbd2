"""Names as people write them: one resolver, nothing guessed, nothing replaced."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.spec import ResNetSpec, catalogue, named, preset, presets, resolve, suggest

WRITTEN = {  # as written → a name of the catalogue
    "ResNet50": "resnet50",
    "resnet-50": "resnet50",
    "resnet_50": "resnet50",
    "ResNet 50": "resnet50",
    "rn50": "resnet50",
    "R-50": "resnet50",
    "R50": "resnet50",
    "R-101": "resnet101",
    "R101": "resnet101",
    "50-layer ResNet": "resnet50",
    "resnet50.a1_in1k": "resnet50",
    "timm/resnet50.a1_in1k": "resnet50",
    "hf_hub:timm/resnet50.a1_in1k": "resnet50",
    "https://huggingface.co/timm/resnet50d.ra2_in1k": "resnet50d",
    "timm/resnet50d.ra2_in1k": "resnet50d",
    "timm.create_model('resnet50d', pretrained=True)": "resnet50d",
    "microsoft/resnet-50": "resnet50",
    "facebook/resnet-101": "resnet101",
    "torchvision.models.resnet50": "resnet50",
    "models.resnet18()": "resnet18",
    "ResNet18_Weights.IMAGENET1K_V1": "resnet18",
    "ResNet50_Weights.IMAGENET1K_V2": "resnet50",
    "resnet50-0676ba61.pth": "resnet50",
    "tv_resnet50": "resnet50",
    "ResNet-50 v1": "resnet50-v1",
    "resnet50_v1": "resnet50-v1",
    "ResNet-50 v1.5": "resnet50",
    "nvidia/resnet50v1.5": "resnet50",
    "resnet50_v1b": "resnet50",
    "gluon_resnet50_v1c": "resnet50c",
    "resnet50_v1d": "resnet50d",
    "resnetv1d50_8xb32_in1k": "resnet50d",
    "resnet101_v1s": "resnet101s",
    "ResNet50_vd": "resnet50d",
    "xresnet50": "resnet50d",
    "XResNet-101": "resnet101d",
    "ResNet-50-D": "resnet50d",
    "resnext50": "resnext50_32x4d",
    "ResNeXt-50 32×4d": "resnext50_32x4d",
    "resnext-50-32x4d": "resnext50_32x4d",
    "X-101-32x8d": "resnext101_32x8d",
    "swsl_resnext101_32x16d": "resnext101_32x16d",
    "wide_resnet50": "wide_resnet50_2",
    "wideresnet-50-2": "wide_resnet50_2",
    "WRN-50-2-bottleneck": "wide_resnet50_2",
    "WRN-28-10": "wrn_28_10",
    "wrn-16-8": "wrn_16_8",
    "WideResNet28x10": "wrn_28_10",
    "se_resnet50": "seresnet50",
    "SE-ResNeXt-50 (32x4d)": "seresnext50_32x4d",
    "ecaresnet50d": "ecaresnet50d",
    "ResNet-50 GN": "resnet50_gn",
    "resnetv2-50": "resnetv2_50",
    "ResNetV2-101": "resnetv2_101",
    "ResNet50V2": "keras_resnet50v2",
    "ResNet152 V2": "keras_resnet152v2",
    "tf.keras.applications.ResNet50": "keras_resnet50",
    "keras.applications.resnet50.ResNet50": "keras_resnet50",
    "MSRA/R-50": "detectron2_r50",
    "resnet20": "resnet20_cifar",
    "resnet56": "resnet56_cifar",
    "ResNet-110": "resnet110_cifar",
    "resnet1202": "resnet1202_cifar",
    "ResNet-164": "preact_resnet164_cifar",
    "resnet1001": "preact_resnet1001_cifar",
    "preact_resnet18": "preact_resnet18",
    "PreActResNet50": "preact_resnet50",
    "kuangliu/resnet18": "resnet18_cifar",
    "resnet18_8xb16_cifar10": "resnet18_cifar",
    "cifar10_resnet20": "chenyaofo_resnet20",
    "ResNeXt29_8x64d": "resnext29_8x64d",
    "resnet32x4": "resnet32x4",
    "d2l.resnet18": "d2l_resnet18",
    "Plain-34": "resnet34-plain",
    "PlainNet-34": "resnet34-plain",
    "torch.hub.load('pytorch/vision:v0.10.0', 'resnet18', pretrained=True)": "resnet18",
    'AutoModelForImageClassification.from_pretrained("microsoft/resnet-152")': "resnet152",
    "https://huggingface.co/timm/resnet50.a1_in1k/resolve/main/model.safetensors": "resnet50",
    "/home/me/runs.old/resnet34.pt": "resnet34",
    r"C:\models\resnet18.pth": "resnet18",
    "resnet50 keras": "keras_resnet50",
    "ResNet-50 (Caffe)": "caffe_resnet50",
    "ResNet-50-model.caffemodel": "caffe_resnet50",
    "open-mmlab://detectron2/resnet50_caffe": "caffe_resnet50",
    "resnet-50-pytorch": "resnet50",
    "resnet 50 layers": "resnet50",
    "resnet50v15": "resnet50",
    "R_50_FPN_3x": "resnet50",
    "R-50-C4": "resnet50",
    "R101-DC5": "resnet101-os16",
    "resnet50 output stride 8": "resnet50-os8",
    "swav_resnet50": "resnet50",
    "facebookresearch/WSL-Images_resnext101_32x8d_wsl": "resnext101_32x8d",
    "resnet50?": "resnet50",
}
OUTSIDE = {
    "resnet18_1d": "1-D",
    "R50x1": "standardises",
    "resnet50_ibn_a": "picture by picture",
    "cbam_resnet50": "over places",
    "revnet-104": "two streams",
    "drn_d_54": "its own",
    "arcface r100": "of its own kind",
    "CaffeNet": "no ResNet",
    "ResMLP-12": "no ResNet",
    "xresnet50_deeper": "six and more stages",
    "densenet121": "DenseNet",
    "resnest50d": "ResNeSt",
    "res2net50_26w_4s": "Res2Net",
    "skresnet50": "SK-ResNet",
    "r3d_18": "3-D",
    "mc3_18": "3-D",
    "r2plus1d_18": "3-D",
    "resnet1d18": "1-D",
    "convnext_tiny": "ConvNeXt",
    "vit_b_16": "transformer",
    "regnety_032": "RegNet",
    "efficientnet_b0": "no ResNet",
    "resnetv2_50x1_bit": "standardises",
    "resnetv2_50x1_bit.goog_in21k": "standardises",
    "RN50x4": "attention",
    "resnet50_clip.openai": "attention",
    "resnetaa50d": "blurs",
    "senet154": "SENet-154",
    "facebook/detr-resnet-50": "detector",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_name_is_understood_as_people_write_it(text: str) -> None:
    assert resolve(text).name == WRITTEN[text]


@pytest.mark.parametrize("text", OUTSIDE)
def test_a_net_outside_is_said_to_be_outside_and_why(text: str) -> None:
    with pytest.raises(ValueError, match=f"outside this app.*{OUTSIDE[text]}|{OUTSIDE[text]}.*outside this app"):
        named(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("resnet5O", "nearest: resnet50"),
        ("resent50", "nearest: resnet50"),
        ("resnet50; rm", "nearest"),
        ("banana", "write one like resnet50"),
        ("resnet", "nearest"),
        ("resnet51", "no published ResNet of that depth"),
        ("resnet62", "resnet62_cifar"),
        ("resnet54_cifar", "nearest: 50 and 56"),
        ("wrn_29_3", "nearest 28 and 34"),
        ("wide_resnet28", "how many times as wide"),
        ("resnext18", "ResNeXt has 14, 26, 50"),
        ("resnet50_3_3_3_3", "26 layers as basic blocks, 38 layers as bottlenecks"),
        ("resnet47_bottleneck_cifar_gn", "norm=group"),
        ("", "at most 200 letters"),
        ("x" * 10_000, "at most 200 letters"),
        ("dilated resnet50", "resnet50-os8 or resnet50-os16"),
        ("resnet50@9999", "from 1 to 4,096"),
        ("resnet50(num_classes=-3)", "num_classes=-3: choose a whole number from 0"),
        ("resnet50(norm_layer=nn.GroupNorm)", "norm_layer='nn.GroupNorm': write its value"),
        ("resnet18(num_classes=__import__('os').getpid())", "num_classes=.*: write its value"),
        ("timm.create_model('resnet50', features_only=True)", "features_only=True: this argument is not known"),
        ("resnet50(input_shape=(224, 200, 3))", "square pictures only"),
        ("resnet50(**options)", "nearest"),
    ],
)
def test_what_is_not_understood_is_said_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as error:
        named(text)
    assert "\n" not in str(error.value) and len(str(error.value)) < 300


@pytest.mark.parametrize(
    ("text", "spec", "said"),
    [
        ("resnet164", catalogue.rows()["preact_resnet164_cifar"].spec, "6n+2, it would be resnet164_basic_cifar"),
        (
            "resnet164_basic_cifar",
            ResNetSpec("cifar", (27,) * 3, "basic", "A", width=16, stem="cifar", num_classes=10),
            "",
        ),
        ("resnet110", preset("resnet110_cifar"), "9n+2, it is resnet110_bottleneck_cifar"),
        ("resnet50_cifar", catalogue.rows()["resnet50_cifar"].spec, "would be resnet50_8_8_8_cifar"),
        ("resnext101", preset("resnext101_32x8d"), "32×4d and 64×4d are published too"),
        ("preact_resnet18", catalogue.rows()["preact_resnet18"].spec, "ImageNet’s is resnetv2_18"),
        (
            "cifar100_resnet20",
            ResNetSpec("cifar", (3,) * 3, "basic", "B", width=16, stem="cifar", num_classes=100),
            "chenyaofo",
        ),
        ("cifar_resnet20_v1", catalogue.rows()["chenyaofo_resnet20"].spec, "GluonCV’s"),
        ("gluoncv/resnet50_v1", catalogue.rows()["resnet50-v1"].spec, "biases on a bottleneck’s 1×1"),
        ("ResNet-34-C", ResNetSpec(stages=(3, 4, 6, 3), block="basic", stem="deep"), "is resnet34-optC"),
        ("resnet50x2", ResNetSpec(width=128), "2 times as wide"),
        ("WRN-34-10", catalogue.rows()["wrn_34_10"].spec, "ImageNet’s is wrn_34_10_imagenet"),
        ("resnet50", preset("resnet50"), ""),
    ],
)
def test_what_a_name_leaves_open_is_said(text: str, spec: ResNetSpec, said: str) -> None:
    found = resolve(text)
    assert found.spec == spec
    assert said in " ".join(found.notes) and (said or not found.notes)
    for other in [word.strip(".,;") for word in " ".join(found.notes).split() if word.startswith(("resnet", "wrn"))]:
        assert named(other) != spec  # the other net is really another one, by a name that works


@pytest.mark.parametrize(
    ("call", "name", "changes", "size"),
    [
        (
            'timm.create_model("resnet50", num_classes=10, in_chans=1)',
            "resnet50",
            {"num_classes": 10, "in_channels": 1},
            224,
        ),
        ("models.resnet101(pretrained=False, num_classes=10)", "resnet101", {"num_classes": 10}, 224),
        ("resnet50(replace_stride_with_dilation=[False, True, True])", "resnet50", {"output_stride": 8}, 224),
        ("resnet18(zero_init_residual=True, weights=None)", "resnet18", {"zero_init": "yes"}, 224),
        ("resnet50(groups=32, width_per_group=4)", "resnet50", {"groups": 32, "width_per_group": 4}, 224),
        (
            "tf.keras.applications.ResNet50(include_top=False, input_shape=(200, 200, 1))",
            "keras_resnet50",
            {"num_classes": 0, "in_channels": 1},
            200,
        ),
        ("resnet50@288", "resnet50", {}, 288),
    ],
)
def test_what_a_call_says_besides_the_name_is_taken_and_said(
    call: str, name: str, changes: dict[str, object], size: int
) -> None:
    found = resolve(call)
    assert found.spec == replace(catalogue.rows()[name].spec, **changes) and found.input == (size, size)  # type: ignore[arg-type]
    assert all(f"{field}={value}" in " ".join(found.notes) for field, value in changes.items())


def test_presets_keep_their_names() -> None:
    for name, spec in presets().items():
        assert named(name) == spec and resolve(name).name == name


def test_any_cifar_depth_has_its_name() -> None:
    for n in (1, 2, 4, 7, 100):
        assert named(f"resnet{6 * n + 2}_cifar").stages == (n,) * 3


def test_every_alias_is_its_rows_own() -> None:
    seen: dict[str, str] = {}
    for row in catalogue.rows().values():
        for name in {row.name, *row.aliases, *([row.title] if row.title else [])}:
            assert resolve(name).spec == row.spec, name
            assert seen.setdefault(name, row.name) == row.name


@given(st.sampled_from(sorted(catalogue.rows())), st.data())
def test_any_spelling_of_a_catalogue_name_is_that_net(name: str, data: st.DataObject) -> None:
    """Case, separators between words, owners, tags and endings change nothing."""
    separators = iter(lambda: data.draw(st.sampled_from(["-", "_", " "])), None)
    text = "".join(next(separators) if char in "-_" else char for char in name)
    text = data.draw(st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))(text)
    before = data.draw(st.sampled_from(["", "timm/", "hf_hub:timm/", "microsoft/", "torchvision.models.", "  "]))
    after = data.draw(st.sampled_from(["", ".a1_in1k", ".pth", " ", "()", ".IMAGENET1K_V1"]))
    assert named(f"{before}{text}{after}") == catalogue.rows()[name].spec


@given(st.text(max_size=60))
def test_no_text_ends_in_anything_but_a_net_or_a_line(text: str) -> None:
    try:
        assert isinstance(named(text), ResNetSpec)
    except ValueError as error:
        assert "\n" not in str(error)


def test_suggestions_begin_as_one_types() -> None:
    assert suggest("resnet5", 3) == ["resnet50", "resnet50c", "resnet50d"]
    assert "wrn_28_10" in suggest("WRN", 5) and suggest("28-10") == ["wrn_28_10"]
    assert suggest("", 2) == ["resnet18", "resnet34"] and suggest("qqqq", near=True) == []


def test_names_need_no_torch() -> None:
    code = "import sys; from explorer.spec import named; named('wrn-28-10'); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
