"""The message service: the operations of the IMPSCloud API document over SOAP and JSON.

One contract (``contract``) makes the WSDL, both doors and the OpenAPI; ``operations`` and
``reporting`` put it to the queue of ``faxcore.delivery``; ``app`` is the ASGI application and
``serving`` runs it. Decisions where the document is silent are told in the README.
"""
