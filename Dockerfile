# The explorer in a container, without root and with a read-only file system:
#
#   docker build -t resnet-explorer .                              CPU
#   docker build -t resnet-explorer-gpu --build-arg TORCH_INDEX= . GPU (PyPI's build of PyTorch brings CUDA's libraries)
#   docker run --rm -p 8501:8501 --read-only --tmpfs /tmp --memory 1g resnet-explorer
#   docker run --rm -p 8501:8501 --read-only --tmpfs /tmp --gpus all resnet-explorer-gpu
ARG PYTHON=python:3.13-slim
FROM ${PYTHON}

ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUNBUFFERED=1 HOME=/tmp MALLOC_ARENA_MAX=2

WORKDIR /app
COPY requirements.txt ./
# hadolint ignore=DL3013
RUN torch="$(grep '^torch==' requirements.txt)" \
    && pip install --no-deps ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "$torch" \
    && pip install -r requirements.txt

COPY .streamlit .streamlit
COPY assets assets
COPY explorer explorer
COPY pages pages
RUN python -m compileall -q explorer pages

USER 10001:10001
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "explorer/app.py", "--server.address", "0.0.0.0", "--server.port", "8501"]
