# The explorer as a tile of JupyterLab's launcher, or at …/user/NAME/resnet-explorer/: pip install jupyter-server-proxy
c.ServerProxy.servers = {  # noqa: F821 (Jupyter gives c)
    "resnet-explorer": {
        "command": [
            "streamlit",
            "run",
            "/path/to/explorer/app.py",
            "--server.port",
            "{port}",
            "--server.baseUrlPath",
            "{base_url}resnet-explorer",
        ],
        "absolute_url": True,
        "timeout": 60,
        "launcher_entry": {"title": "ResNet Explorer"},
    }
}
