"""The application as servers import it, opened from the settings in the environment."""

from zhicheng.answering.service import open_service
from zhicheng.settings import Settings
from zhicheng.web.app import create_app

_settings = Settings.read()
app = create_app(open_service(_settings.home, _settings.cache))
