from django.db import migrations


class Migration(migrations.Migration):
    """The model has another name; its table keeps the one that it has, so that no row is touched."""

    dependencies = [
        ('idempotency', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel('KeyedAnswer', 'IdempotencyRecord'),
                migrations.AlterModelTable('IdempotencyRecord', 'idempotency_keyedanswer'),
            ],
        ),
    ]
