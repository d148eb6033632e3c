"""What ``sources`` in ``muster.yaml`` may name: one section for each monitor, by how it proves itself."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot.settings.shapes import EnvironmentName, Section, Shape
from bot.sources.generic import Mapped, expression
from incident.alert import AlertStatus


class TokenSection(Section):
    """A monitor that proves itself by a token: Bearer, or where it cannot send that, as docs/monitors.md says."""

    token_env: EnvironmentName
    """The variable with the token; several, separated by blanks, while one is being replaced."""

    def variables(self) -> tuple[str, ...]:
        """The variables with its secrets."""
        return (self.token_env,)


class SignedSection(Section):
    """A monitor that signs what it sends."""

    secret_env: EnvironmentName
    """The variable with the secret it signs with; several, separated by blanks, while one is being replaced or where
    several send."""

    def variables(self) -> tuple[str, ...]:
        """The variables with its secrets."""
        return (self.secret_env,)


class EitherSection(Section):
    """A monitor that sends a token or signs, as it is set up."""

    token_env: EnvironmentName | None = None
    """The variable with the Bearer token; several, separated by blanks, while one is being replaced."""
    secret_env: EnvironmentName | None = None
    """The variable with the secret it signs with; several likewise."""

    def variables(self) -> tuple[str, ...]:
        """The variables with its secrets."""
        return tuple(filter(None, (self.token_env, self.secret_env)))

    @model_validator(mode="after")
    def _one(self) -> Self:
        if not self.variables():
            raise ValueError("name token_env or secret_env")
        return self


class CloudWatchSection(Section):
    """Amazon CloudWatch: through topics of SNS, which sign, or through something that sends a token."""

    topics: tuple[Annotated[str, Shape(r"arn:aws[a-z-]*:sns:\S+", "write the ARN of a topic")], ...] = ()
    """The topics that may bring alarms; their subscriptions are confirmed by themselves. Needs the extra sns."""
    token_env: EnvironmentName | None = None
    """The variable with the token of a forwarder, of EventBridge's API destination or of raw delivery."""

    def variables(self) -> tuple[str, ...]:
        """The variables with its secrets."""
        return tuple(filter(None, (self.token_env,)))

    @model_validator(mode="after")
    def _one(self) -> Self:
        if not (self.topics or self.token_env):
            raise ValueError("name topics or token_env")
        return self


Expression = Annotated[str, AfterValidator(expression)]


class MapSection(Section):
    """Where a monitor of any kind puts things in its JSON, as JMESPath expressions; usual names are known without."""

    items: Expression | None = None
    """The list of alerts; the others are looked for within each of them."""
    title: Expression | None = None
    description: Expression | None = None
    state: Expression | None = None
    key: Expression | None = None
    """What stays the same from the alert to its end."""
    severity: Expression | None = None
    service: Expression | None = None
    link: Expression | None = None
    time: Expression | None = None
    labels: Expression | None = None


class GenericSection(EitherSection):
    """Any monitor that posts JSON: with a Bearer token, or signed as docs/monitors.md says."""

    map: MapSection = MapSection.unsaid()
    states: dict[str, Literal["firing", "resolved"]] = Field(default_factory=dict)
    """The monitor's words for a state, and what each means."""


class SourcesSection(Section):
    """The monitors that may knock; one that is not named here is not there."""

    alertmanager: TokenSection | None = None
    cloudwatch: CloudWatchSection | None = None
    datadog: TokenSection | None = None
    generic: GenericSection | None = None
    grafana: EitherSection | None = None
    opsgenie: TokenSection | None = None
    pagerduty: SignedSection | None = None
    sentry: SignedSection | None = None
    statuspage: TokenSection | None = None
    uptimerobot: TokenSection | None = None

    def variables(self) -> dict[str, tuple[str, ...]]:
        """Each source that is named → the variables with its secrets."""
        named = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: section.variables() for name, section in named.items() if section is not None}

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of SNS that may bring alarms."""
        return () if self.cloudwatch is None else self.cloudwatch.topics

    @property
    def mapped(self) -> Mapped | None:
        """How the generic source's bodies are read."""
        if self.generic is None:
            return None
        return Mapped(
            expressions={name: text for name, text in self.generic.map.model_dump().items() if text is not None},
            states={word: AlertStatus(meaning) for word, meaning in self.generic.states.items()},
        )
