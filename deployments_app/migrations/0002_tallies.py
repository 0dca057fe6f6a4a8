import django.db.models.deletion
from django.db import migrations, models

from deployments_app import tallies


class Migration(migrations.Migration):

    dependencies = [
        ('collections_app', '0001_initial'),
        ('deployments_app', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ArtifactTally',
            fields=[
                ('count', models.IntegerField()),
                ('active', models.IntegerField()),
                ('inactive', models.IntegerField()),
                ('error', models.IntegerField()),
                ('pending', models.IntegerField()),
                ('outdated', models.IntegerField()),
                ('artifact', models.OneToOneField(on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='tally', serialize=False, to='collections_app.artifact')),
            ],
            options={
                'ordering': ['-count', 'pk'],
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(fields=['-count', 'artifact'], name='artifact_tally_largest')],
            },
        ),
        migrations.CreateModel(
            name='ProjectTally',
            fields=[
                ('count', models.IntegerField()),
                ('active', models.IntegerField()),
                ('inactive', models.IntegerField()),
                ('error', models.IntegerField()),
                ('pending', models.IntegerField()),
                ('outdated', models.IntegerField()),
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='tally', serialize=False, to='deployments_app.project')),
            ],
            options={
                'ordering': ['-count', 'pk'],
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(fields=['-count', 'project'], name='project_tally_largest')],
            },
        ),
        migrations.RunPython(
            lambda apps, schema_editor: tallies.install(schema_editor),
            lambda apps, schema_editor: tallies.uninstall(schema_editor),
        ),
    ]
