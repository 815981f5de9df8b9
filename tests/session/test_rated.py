from neuroaffect.session.rated import rated_trials
from neuroaffect.session.raw import Event


def test_events_of_a_session_give_trials_with_their_ratings():
    events = [
        Event(1.0, "trial-start", {"trial": "a"}),
        Event(5.0, "trial-stop", {"trial": "a", "ratings": {"arousal": 7}}),
        Event(6.0, "trial-start", {"trial": "b"}),
        Event(8.0, "trial-stop", {"trial": "b"}),
        Event(9.0, "trial-start", {"trial": "c"}),
    ]
    (trial,) = rated_trials(events, session="one")
    assert (trial.start, trial.stop, trial.ratings) == (1.0, 5.0, {"arousal": 7.0})
