"""The admin's login form."""

from typing import Any

from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

from skillmeat_site.accounts.throttling import LoginThrottle

THROTTLED = "throttled"


class AdminLoginForm(AuthenticationForm):
    """Counts its attempts together with those of the API: see `LoginThrottle`."""

    def clean(self) -> dict[str, Any]:
        """The user name and password of somebody who may use the admin.

        Raises:
            ValidationError: they are not, or there were too many attempts (code `THROTTLED`).
        """
        throttle = LoginThrottle()
        if not throttle.admits(self.request, self.cleaned_data.get("username", "")):
            self.retry_after = round(throttle.wait())
            raise ValidationError(
                f"Too many attempts. Try again in {self.retry_after} seconds.", code=THROTTLED
            )
        return super().clean()
