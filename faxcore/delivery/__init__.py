"""The delivery engine: messages, recipients, attempts and calls on a durable queue.

The rooms, from the inside out:

    states, statuses, retry, numbers, hours, memory    pure: values in, values out, no clock
    model, store, blobs                                what is on disk, and how it gets there
    operations                                         what a customer may ask of the queue
    claiming, attempts                                 what becomes of a recipient, step by step
    fax_channel, email_channel, sms_channel            how a message reaches somebody
    engine, worker, pool                               who does it, and what happens after a crash

Our own tables are the truth. ``engine`` alone knows dbos, which runs the work.
"""
