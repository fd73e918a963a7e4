"""`dbutils.widgets`: a notebook's parameters. A value that the run was given wins over a widget's default."""

from collections.abc import Mapping, Sequence

from local_workspace.dbutils.utility import Utility


class InputWidgetNotDefined(Exception):
    """Neither a widget nor a parameter of the run has this name."""


class WidgetUtils(Utility):
    """Widgets of one notebook run; all values are texts."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._parameters = dict(parameters)
        self._defaults: dict[str, str] = {}

    def give(self, values: Mapping[str, str]) -> None:
        """Values that win over defaults, as those of the run do; `%run` gives them."""
        self._parameters |= values

    def text(self, name: str, defaultValue: str, label: str = "") -> None:  # noqa: ARG002, N803
        """Any text."""
        self._defaults[name] = defaultValue

    def dropdown(self, name: str, defaultValue: str, choices: Sequence[str], label: str = "") -> None:  # noqa: ARG002, N803
        """One of some texts."""
        if defaultValue not in choices:
            raise ValueError(
                f"The default value {defaultValue!r} of widget {name} is not one of its choices."
            )
        self._defaults[name] = defaultValue

    def combobox(self, name: str, defaultValue: str, choices: Sequence[str], label: str = "") -> None:  # noqa: ARG002, N803
        """One of some texts, or another one."""
        self._defaults[name] = defaultValue

    def multiselect(self, name: str, defaultValue: str, choices: Sequence[str], label: str = "") -> None:  # noqa: N803
        """Some of some texts, joined by commas."""
        self.dropdown(name, defaultValue, choices, label)

    def get(self, name: str) -> str:
        """The value of a widget or parameter. Raises `InputWidgetNotDefined`."""
        if name in self._parameters:
            return self._parameters[name]
        if name not in self._defaults:
            raise InputWidgetNotDefined(f"No input widget named {name} is defined")
        return self._defaults[name]

    def getArgument(self, name: str, defaultValue: str = "") -> str:  # noqa: N802, N803
        """The value of a widget or parameter, or the default."""
        return self.getAll().get(name, defaultValue)

    def getAll(self) -> dict[str, str]:  # noqa: N802
        """All values by name."""
        return self._defaults | self._parameters

    def remove(self, name: str) -> None:
        """Forget a widget."""
        self._defaults.pop(name, None)

    def removeAll(self) -> None:  # noqa: N802
        """Forget all widgets."""
        self._defaults.clear()
