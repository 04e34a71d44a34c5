"""How the gateway asks the services: one signed call at a time, saying who acts, for whom, and why."""

from services.gateway.clients.asking import Asking, Services, asking
from services.gateway.web.outcomes import Problem, ServiceDown

__all__ = ["Asking", "Problem", "ServiceDown", "Services", "asking"]
