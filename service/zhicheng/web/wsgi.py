"""The application as servers import it, opened from the settings in the environment."""

from zhicheng.answering.service import open_service
from zhicheng.knowledge.limits import Limits
from zhicheng.settings import Settings
from zhicheng.web.app import create_app
from zhicheng.web.ledger import Ledger

_settings = Settings.read()
app = create_app(open_service(_settings.home, _settings.cache), Limits.of(_settings), Ledger(_settings.ledger))
