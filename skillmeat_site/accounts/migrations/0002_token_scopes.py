"""Tokens get a scope, and an id that clients may know."""

from typing import Any

from django.db import migrations, models

import skillmeat_site.db.ids


def give_ids(apps: Any, schema_editor: Any) -> None:
    """Give every token an id of its own; adding the field gave all of them the same one."""
    token = apps.get_model("accounts", "ApiToken")
    new_id = token._meta.get_field("public_id").new_id
    for digest in token.objects.values_list("pk", flat=True):
        token.objects.filter(pk=digest).update(public_id=new_id())


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='apitoken',
            name='public_id',
            field=skillmeat_site.db.ids.IdField(db_index=True, prefix='tok', primary_key=False),
        ),
        migrations.RunPython(give_ids, migrations.RunPython.noop),
        migrations.AddField(
            model_name='apitoken',
            name='scope',
            field=models.CharField(choices=[('full', 'Full'), ('read', 'Read'), ('report', 'Report')], default='full', help_text='What the token is good for.', max_length=6),
        ),
        migrations.AddConstraint(
            model_name='apitoken',
            constraint=models.UniqueConstraint(fields=('public_id',), name='api_token_public_id_unique'),
        ),
        migrations.AddConstraint(
            model_name='apitoken',
            constraint=models.CheckConstraint(condition=models.Q(('scope__in', ['full', 'read', 'report'])), name='api_token_scope_known'),
        ),
    ]
