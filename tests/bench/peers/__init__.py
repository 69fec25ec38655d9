"""The peers: four ways others would do the job, tuned and set so that none loses what was acknowledged.

Each has `publish(messages)`, and is or names a consumer. They are run as processes of their own and know two
addresses, of the broker and of the database; of the product they know the shape of its tables.
"""
