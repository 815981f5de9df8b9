"""A student that learns from a teacher's answers."""

from dataclasses import replace

import numpy as np
import pytest
from data import dataset_of

from neuroaffect.affect import SAM9, Target
from neuroaffect.errors import EvaluationError
from neuroaffect.models import AffectModel
from neuroaffect.training.learning.distill import (
    Lecture,
    common_rows,
    distill,
    lecture_of,
    thresholds_of,
)
from neuroaffect.training.learning.fit import fit
from neuroaffect.training.scoring.metrics.regression import concordance

VALENCE = Target(dimension="valence", kind="continuous")


def pupil(data, name="tiny", epochs=60, **network):
    network = data.pipeline.network.model_copy(update={"name": name, **network})
    training = data.pipeline.training.model_copy(update={"epochs": epochs, "learning_rate": 0.01})
    return data.pipeline.model_copy(update={"network": network, "training": training})


def lecture_on(data):
    """Return a teacher who says the mean of all features, and is equally sure of all."""
    mean = data.features.mean(axis=(1, 2))
    return Lecture(raw=np.column_stack([mean, np.full(len(data), -1.0)]))


def test_a_student_says_of_new_trials_what_its_teacher_says():
    data = dataset_of(subjects=1, trials=60)
    old = data.trials < 40
    lecture = lecture_on(data)
    student = distill(data.take(old), lecture.take(old), targets=[VALENCE], pipeline=pupil(data))
    said = student.outputs(data.features[~old])
    assert concordance(lecture.raw[~old, 0], said[:, 0]) > 0.9
    assert said[:, 1] == pytest.approx(-1.0, abs=0.2)


def test_a_student_needs_no_ratings():
    data = replace(dataset_of(subjects=1, trials=20), labels={})
    student = distill(data, lecture_on(data), targets=[VALENCE], pipeline=pupil(data, epochs=1))
    assert np.isfinite(student.outputs(data.features)).all()


def test_a_student_of_eight_bits_goes_live(tmp_path):
    data = dataset_of(subjects=1, trials=20)
    student = distill(data, lecture_on(data), targets=[VALENCE], pipeline=pupil(data))
    student.save(tmp_path / "student", quantise=True)
    model = AffectModel.load(tmp_path / "student")
    assert model.card.quantised
    exact, coarse = student.outputs(data.features)[:, 0], model.outputs(data.features)[:, 0]
    assert concordance(exact, coarse) > 0.99


def test_prototypes_of_the_teacher_are_taught(tmp_path):
    data = dataset_of(subjects=1, trials=20)
    arousal = Target(dimension="arousal", scale=SAM9, threshold="median")
    teacher = fit(data, targets=[arousal], pipeline=pupil(data, "dgcnn", 2, readout="prototypes"))
    teacher.save(tmp_path / "teacher")
    lecture = lecture_of(tmp_path / "teacher", replace(data, pipeline=teacher.pipeline))
    np.testing.assert_allclose(np.exp(lecture.likeness).sum(axis=1), 1, rtol=1e-5)  # float32
    student = distill(data, lecture, targets=teacher.targets, pipeline=pupil(data, epochs=2))
    parts = {key.partition(".")[0] for key in student.network.state_dict()}
    assert parts == {"encoder", "head"}  # the projection is gone


def test_a_model_fitted_in_one_go_cannot_be_taught():
    data = dataset_of(subjects=1, trials=20)
    with pytest.raises(EvaluationError, match=r"'logistic' .* is fitted in one go"):
        distill(data, lecture_on(data), targets=[VALENCE], pipeline=pupil(data, "logistic"))


def test_rows_of_two_datasets_meet_by_person_recording_and_time():
    data = dataset_of(subjects=2, trials=4)
    some = data.take(np.array([7, 3, 21]))
    first, second = common_rows(data, some)
    assert first.tolist() == [7, 3, 21]
    assert second.tolist() == [0, 1, 2]


def test_datasets_that_never_meet_are_refused():
    data = dataset_of(subjects=1, trials=4)
    with pytest.raises(EvaluationError, match="never both have enough features"):
        common_rows(data, replace(data, time=data.time + 0.1))


@pytest.mark.parametrize(
    "target",
    [
        Target(dimension="half", kind="nominal", scale=SAM9, of=("arousal",), threshold="median"),
        Target(dimension="arousal", scale=SAM9, threshold="subject-median"),
    ],
    ids=["median of quadrants", "each person's median"],
)
def test_a_student_keeps_what_was_high_for_its_teacher(tmp_path, target):
    data = dataset_of(subjects=2, trials=6)
    fit(data, targets=[target]).save(tmp_path / "teacher")
    model = AffectModel.load(tmp_path / "teacher")
    student = distill(
        data, lecture_of(tmp_path / "teacher", data), targets=model.targets,
        thresholds=thresholds_of(model.card), pipeline=pupil(data, epochs=1), labels=True,
    )  # fmt: skip
    student.save(tmp_path / "student")
    card = AffectModel.load(tmp_path / "student").card
    assert card.thresholds == model.card.thresholds
    assert card.person_thresholds == model.card.person_thresholds


@pytest.mark.parametrize(
    ("key", "value"), [("select", 2), ("drop_share", 0.1), ("oversample", "smote")]
)
def test_a_student_that_would_not_hear_all_is_refused(key, value):
    data = dataset_of(subjects=1, trials=4)
    own = pupil(data)
    training = own.training.model_copy(update={key: value})
    with pytest.raises(EvaluationError, match=f"its recipe has {key} = {value}"):
        distill(
            data, lecture_on(data), targets=[VALENCE],
            pipeline=own.model_copy(update={"training": training}),
        )  # fmt: skip


def test_classes_of_a_rated_student_count_the_same():
    data = dataset_of(subjects=1, trials=10)
    data.labels["valence"] = np.where(data.trials < 9, 1.0, 9.0)
    high = Target(dimension="valence", scale=SAM9, threshold=5)
    lecture = Lecture(raw=np.zeros((len(data), 2)))  # knows nothing

    def shares(**recipe):
        own = pupil(data, epochs=20)
        own = own.model_copy(update={"training": own.training.model_copy(update=recipe)})
        student = distill(data, lecture, targets=[high], pipeline=own, labels=True)
        return student.say(data.features)["valence"][:, 1].mean()

    # One in ten is high: its share lies between that and the teacher's half, or is a half.
    assert shares(class_weights=False) < 0.4 < shares(class_weights=True)
