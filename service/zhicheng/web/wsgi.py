"""The application as any WSGI server imports it, opened from the settings in the environment."""

from zhicheng.settings import Settings
from zhicheng.web.opening import open_app

app = open_app(Settings.read())
