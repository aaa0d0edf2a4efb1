"""Typed clients, one for each service, written by ``python -m contracts.generate``.

    tenancy = TenancyClient(dispatch)
    contract = tenancy.get_contract(tenant="OCB0001234")

``dispatch`` is whatever carries calls: the gateway's dispatcher bound to a token, a test's fake.
Payloads and answers are JSON values.
"""
