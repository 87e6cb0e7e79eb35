"""One settings file; what differs between installations comes from the environment."""

from pathlib import Path

from config import env
from yuanqi.foundation import postgres

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(env.text("YUANQI_VAR", str(ROOT / "var"))).absolute()
SECRETS = VAR / "secrets"

DEMO = env.flag("YUANQI_DEMO", False)
HTTPS = env.flag("YUANQI_HTTPS", not DEMO)
DEBUG = False

SECRET_KEY = env.secret("YUANQI_SECRET_KEY", SECRETS)
SECRET_KEY_FALLBACKS = env.listed("YUANQI_SECRET_KEY_OLD")
SEAL_KEY = env.secret("YUANQI_SEAL_KEY", SECRETS)
ALLOWED_HOSTS = env.listed("YUANQI_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.listed("YUANQI_ORIGINS")

ZONE_NAME = {
    "zh-hans": env.text("YUANQI_ZONE_NAME", "云泽高新区"),
    "en": env.text("YUANQI_ZONE_NAME_EN", "Yunze High-tech Zone"),
}
ZONE_PHONE = env.text("YUANQI_ZONE_PHONE", "8601 0000")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "django_htmx",
    "procrastinate.contrib.django",
    "yuanqi.foundation",
    "yuanqi.parameters",
    "yuanqi.audit",
    "yuanqi.signin",
    "yuanqi.access",
    "yuanqi.notices",
    "yuanqi.organisation",
    "yuanqi.registry",
    "yuanqi.conditions",
    "yuanqi.casework",
    "yuanqi.importing",
    "yuanqi.supervision",
    "yuanqi.monitoring",
    "yuanqi.sizing",
    "yuanqi.gates",
    "yuanqi.knowledge",
    "yuanqi.promises",
    "yuanqi.advice",
    "yuanqi.taskforces",
    "yuanqi.servicedesk",
    "yuanqi.steering",
    "yuanqi.visiting",
    "yuanqi.meetings",
    "yuanqi.linking",
    "yuanqi.insight",
    "yuanqi.integration",
    "yuanqi.administration",
    "yuanqi.web",
    "yuanqi.demo",
]

MIDDLEWARE = [
    "yuanqi.foundation.telemetry.Telemetry",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yuanqi.foundation.http.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "yuanqi.foundation.http.Language",
    "config.api.Answers",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "yuanqi.foundation.http.ActorOfRequest",
    "yuanqi.signin.gate.Gate",
    "yuanqi.foundation.http.Refusals",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "yuanqi.foundation.templating.Templates",
        # ahead of the apps: the sign-in pages replace allauth's
        "DIRS": [ROOT / "yuanqi" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yuanqi.web.shell.shell",
            ],
        },
    }
]

# --- database ---------------------------------------------------------------

_url = env.text("DATABASE_URL")
EMBEDDED = not _url
_common = {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
}
if EMBEDDED:
    _server = postgres.locate(VAR)
    _place = {"HOST": _server.host, "PORT": str(_server.port), "NAME": _server.dbname}
    _program = {**_place, "USER": _server.app_user, "PASSWORD": _server.app_password}
    _owner = {**_place, "USER": _server.owner_user, "PASSWORD": _server.owner_password}
else:
    _program = env.database(_url)
    # without a second role the program migrates as itself: see docs/running.md
    _owner = env.database(env.text("DATABASE_URL_OWNER", _url))

DATABASES = {
    "default": {**_common, **_program},
    # only for migrations: may change what the program may not
    "owner": {**_common, **_owner, "CONN_MAX_AGE": 0},
}
# past a pool, for what needs a session of its own
_direct = env.text("DATABASE_URL_DIRECT")
DATABASE_DIRECT = env.database(_direct) if _direct else None
# the statements of every write are prepared once a session (foundation.wire); behind a pool that
# lends sessions by the transaction they can't be
PREPARES = not _direct
_options = {**DATABASES["default"].get("OPTIONS", {}), "prepare_threshold": None}
if not _direct:
    # to start a second process takes longer than a page may; and others wait for that core
    _options.setdefault("options", "-c max_parallel_workers_per_gather=0")
DATABASES["default"]["OPTIONS"] = _options
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people and language ----------------------------------------------------

AUTH_USER_MODEL = "foundation.Account"
AUTHENTICATION_BACKENDS = ["yuanqi.signin.backend.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"yuanqi.signin.passwords.{name}Validator"}
    for name in ("Length", "Composition", "Common", "Context", "History")
]
ACCOUNT_ADAPTER = "yuanqi.signin.adapter.Adapter"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# counted in the database by yuanqi.signin.doors: all processes count together
ACCOUNT_RATE_LIMITS = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# how many proxies of ours stand before the program: from whom X-Forwarded-For is believed
PROXIES = env.count("YUANQI_PROXIES", 0)

# the city's own identity (OpenID Connect); without an address nobody is asked for it
OIDC_URL = env.issuer("YUANQI_OIDC_URL")
OIDC_CLIENT_ID = env.text("YUANQI_OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.given("YUANQI_OIDC_CLIENT_SECRET", SECRETS)
OIDC_LABEL = {
    "zh-hans": env.text("YUANQI_OIDC_LABEL", "城市统一身份"),
    "en": env.text("YUANQI_OIDC_LABEL_EN", "City identity"),
}

LANGUAGE_CODE = "zh-hans"
# each named in itself, so that whoever lands in the wrong one finds the way
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_SECURE = HTTPS
USE_TZ = True
TIME_ZONE = env.text("YUANQI_TIME_ZONE", "Asia/Shanghai")

# --- web --------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILES_ROOT = VAR / "files"
FACTS_ROOT = VAR / "facts"
FILE_LARGEST_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_HANDLERS = [
    "yuanqi.foundation.files.StopAtLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# where browsers find `yuanqi live`: "/" behind one proxy, ":8001" on the page's own host, or an
# origin of its own; empty: pages ask now and then
LIVE_URL = env.place("YUANQI_LIVE_URL")

# --- serving ----------------------------------------------------------------

SERVE_THREADS = env.number("YUANQI_THREADS", 4)  # requests at a time of one server process
SERVE_WAITING = env.number("YUANQI_WAITING", 32)  # and in line; more are refused with 503
SERVE_PATIENCE = 5.0  # seconds in line

# --- other programs ---------------------------------------------------------

API_CALLS_A_MINUTE = env.number("YUANQI_API_CALLS", 600)  # of one token
# receivers inside the park's own network; all others must have public addresses
WEBHOOK_HOSTS = env.listed("YUANQI_WEBHOOK_HOSTS")

# --- sessions ---------------------------------------------------------------

# how long one lasts is the park's to set (yuanqi.signin.policy); the cookie goes with the browser
SESSION_ENGINE = "yuanqi.signin.store"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "yuanqi.web.errors.csrf_failure"

# --- messages to the outside -------------------------------------------------

ORIGIN = env.origin("YUANQI_ORIGIN")  # for links in mail; without it there are none
_mail = env.mail("YUANQI_MAIL_URL", SECRETS)
MAIL_IS_SET_UP = bool(_mail)
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _mail.get("EMAIL_HOST", "")
EMAIL_PORT = _mail.get("EMAIL_PORT", 0)
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 15  # seconds
DEFAULT_FROM_EMAIL = env.text("YUANQI_MAIL_FROM", EMAIL_HOST_USER or "yuanqi@localhost")
SMS_URL = env.template("YUANQI_SMS_URL", "{number}")  # an address of apprise

# --- what the machines' keepers see -------------------------------------------

METRICS_TOKEN = env.text("YUANQI_METRICS_TOKEN")  # without one there is no /metrics
_level = env.text("YUANQI_LOG_LEVEL", "WARNING").upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "yuanqi.foundation.logs.WithRequestId"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"},
        "json": {"()": "yuanqi.foundation.logs.JsonLines"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.choice("YUANQI_LOG_FORMAT", ("line", "json")),
            "filters": ["request"],
        }
    },
    "root": {"handlers": ["console"], "level": _level},
    # what they tell at lower levels has robots' keys and telephone numbers in it
    "loggers": {name: {"level": "CRITICAL"} for name in ("apprise", "urllib3", "requests")},
}
