"""Drop the triggers of `0002_tallies`, since the tables that they name change next; 0005 makes new ones."""

from importlib import import_module

from django.db import migrations

tallies = import_module("deployments_app.migrations.0002_tallies")


class Migration(migrations.Migration):

    dependencies = [
        ('deployments_app', '0002_tallies'),
    ]

    operations = [
        migrations.RunPython(tallies.uninstall, tallies.install),
    ]
