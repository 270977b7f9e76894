"""`harness synthesize`: a teacher writes new problems of a task, and plays those that hold.

The three steps of LLM-TMBR (arXiv:2403.19962, section 3: task construction, trajectory interaction,
filtering), with the real environment in the place of an imagined one, and checks in that of a screening by
hand:

    bench.py      the task, set up: requests, trajectories to imitate, samples under audit
    screening.py  a reply -> problems -> samples, or the reason why not
    proposing.py  rounds of requests until there are enough; a journal keeps every reply
    playing.py    an ordinary run over the problems that were kept; those it solves are the result
    order.py      the command line, read
    making.py     the steps in order
    estimate.py   what it will probably take
    money.py      budgets and prices
    report.py     every count, for people and as JSON
"""
