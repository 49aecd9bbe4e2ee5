//! Films of a run: what became of their pictures, and the joining of those of which all are there.
//!
//! Pictures are tasks like figures and go to the bookkeeping's folder [`FILMS`]; nobody but this hears
//! of their ends. A film is one figure in the report: failed as soon as all of its pictures have ended
//! and one of them not well, else joined by a worker after the last figure was drawn.

use super::Options;
use crate::diag::{CancelReason, Diagnostic, Event, FigureRecord, NotRun, Outcome};
use crate::output::film;
use crate::output::publish::failure;
use crate::output::temp::FILMS;
use crate::plan::{FilmTask, Plan};
use crate::pool::{self, Files, NoSupply};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// All films of a run.
pub(super) struct Films {
    folder: PathBuf,
    /// By their number in the plan.
    films: BTreeMap<usize, State>,
    /// Which film a picture is of, by its number in the plan.
    pictures: BTreeMap<usize, usize>,
    /// Somebody asked to stop.
    signal: bool,
    /// A figure or picture did not succeed.
    failed: bool,
}

/// A film and its pictures.
struct State {
    film: Arc<FilmTask>,
    /// In their order, relative to the output directory.
    files: Vec<PathBuf>,
    /// How many have not ended.
    left: usize,
    begun: bool,
    /// The worst end of a picture, with its name and how many like it there are.
    worst: Option<(String, Outcome, usize)>,
    wall: Duration,
    cpu: Duration,
    anon_bytes: u64,
    warnings: Vec<Diagnostic>,
}

impl Films {
    /// Those of a plan. What a run that died left in their folder is removed: take the output directory's
    /// lock before.
    pub(super) fn of(plan: &Plan, out: &Path) -> Self {
        let folder = out.join(FILMS);
        let _ = std::fs::remove_dir_all(&folder);
        let mut all =
            Self { folder, films: BTreeMap::new(), pictures: BTreeMap::new(), signal: false, failed: false };
        for task in &plan.tasks {
            let Some(film) = &task.film else { continue };
            let state = all.films.entry(film.id).or_insert_with(|| State {
                film: film.clone(),
                files: Vec::new(),
                left: 0,
                begun: false,
                worst: None,
                wall: Duration::ZERO,
                cpu: Duration::ZERO,
                anon_bytes: 0,
                warnings: Vec::new(),
            });
            state.files.extend(task.outputs.iter().map(|output| output.path.clone()));
            state.left += 1;
            all.pictures.insert(task.id, film.id);
        }
        all
    }

    /// Takes what happens to pictures out of the events; a film's end in place of its last picture's, if it
    /// cannot be joined.
    pub(super) fn pass(&mut self, event: Event) -> Option<Event> {
        match event {
            Event::Started { task, worker } => match self.pictures.get(&task) {
                None => Some(Event::Started { task, worker }),
                Some(film) => {
                    let state = self.films.get_mut(film)?;
                    let first = !std::mem::replace(&mut state.begun, true);
                    first.then_some(Event::Started { task: *film, worker })
                }
            },
            Event::Finished(record) => {
                self.failed |= !record.outcome.status().is_success();
                let Some(film) = self.pictures.get(&record.task) else {
                    return Some(Event::Finished(record));
                };
                let state = self.films.get_mut(film)?;
                state.take(*record);
                let ended = state.left == 0 && state.worst.is_some();
                let state = ended.then(|| self.films.remove(film)).flatten()?;
                Some(Event::Finished(Box::new(state.unjoined())))
            }
            Event::Draining { .. } => {
                self.signal = true;
                Some(event)
            }
            other => Some(other),
        }
    }

    /// Joins the films of which all pictures are there, each by one worker.
    ///
    /// # Errors
    /// If no workers can be started.
    pub(super) fn join(
        mut self,
        options: &Options,
        run_id: String,
        tell: &mut dyn FnMut(Event),
    ) -> Result<(), Diagnostic> {
        let stopped = match (self.signal, self.failed && options.fail_fast) {
            (true, _) => Some(NotRun::Signal),
            (_, true) => Some(NotRun::FailFast),
            _ => None,
        };
        let mut films: Vec<State> = std::mem::take(&mut self.films).into_values().collect();
        if let Some(why) = stopped {
            for state in films {
                tell(Event::Finished(Box::new(state.ended(Outcome::NotRun(why.clone())))));
            }
            return Ok(());
        }
        let longest = films.iter().map(|state| state.files.len()).max().unwrap_or(0);
        let pool_options = pool::Options {
            workers: options.workers.min(films.len()),
            // A figure's time for each picture: joining one is less than drawing it.
            timeout: options
                .timeout
                .map(|time| time.saturating_mul(u32::try_from(longest).unwrap_or(u32::MAX))),
            fail_fast: options.fail_fast,
            out: options.out.clone(),
            run_id,
            arena_bytes: 0,
            budget: None,
            mapped: Vec::new(),
            limits: pool::Limits::default(),
        };
        let tasks = films.iter().enumerate().map(|(number, state)| pool::Task {
            name: state.film.name.clone(),
            point: state.film.point.clone(),
            outputs: vec![state.film.output.clone()],
            group: number as u64,
            cost: state.files.len() as u64,
            needs: Vec::new(),
            kind: pool::Kind::Figure,
        });
        let work = pool::Work { tasks: tasks.collect(), parcels: Vec::new() };
        let plans: Vec<(Arc<FilmTask>, Vec<PathBuf>)> = films
            .iter_mut()
            .map(|state| {
                let files = std::mem::take(&mut state.files);
                (state.film.clone(), files.into_iter().map(|file| options.out.join(file)).collect())
            })
            .collect();
        let craft = |number: usize| -> Result<pool::Drawn, Diagnostic> {
            let (film, pictures) = &plans[number];
            let to = pool::temporary(&pool_options, number, &film.output, 0);
            let bytes =
                written(film, pictures, &to, &options.out).map_err(|error| error.or_at(&film.place))?;
            Ok(pool::Drawn { files: Files::Staged(bytes), warnings: Vec::new() })
        };
        let mut films: Vec<Option<State>> = films.into_iter().map(Some).collect();
        let mut on_event = |event: Event| match event {
            // They have been begun with their first picture.
            Event::Started { .. } => {}
            Event::Finished(joined) => {
                if let Some(mut state) = films.get_mut(joined.task).and_then(Option::take) {
                    state.spend(&joined);
                    state.warnings.extend(joined.warnings);
                    tell(Event::Finished(Box::new(state.ended(joined.outcome))));
                }
            }
            other => tell(other),
        };
        pool::run(&work, &pool_options, &mut NoSupply, &craft, &mut on_event)
    }
}

impl Drop for Films {
    fn drop(&mut self) {
        // What cannot be removed now is by the next run.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Writes a film's temporary file; gives its bytes.
fn written(film: &FilmTask, pictures: &[PathBuf], to: &Path, out: &Path) -> Result<u64, Diagnostic> {
    let path = out.join(&film.output);
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(|err| failure("cannot create folder", folder, &err))?;
    }
    film::join(&film.film, pictures, to, &path)?;
    std::fs::metadata(to).map(|meta| meta.len()).map_err(|err| failure("cannot write", &path, &err))
}

impl State {
    /// A picture has ended.
    fn take(&mut self, record: FigureRecord) {
        self.left = self.left.saturating_sub(1);
        self.spend(&record);
        // What is the same of all pictures is said once.
        for warning in record.warnings {
            if !self.warnings.iter().any(|known| known.message == warning.message) {
                self.warnings.push(warning);
            }
        }
        if record.outcome.status().is_success() && !matches!(record.outcome, Outcome::Skipped(_)) {
            return;
        }
        let name = record.point.unwrap_or_default();
        let name = name.rsplit('/').next().unwrap_or_default().to_owned();
        match &mut self.worst {
            Some((first, worst, count)) if rank(worst) == rank(&record.outcome) => {
                *count += 1;
                if name < *first {
                    (*first, *worst) = (name, record.outcome);
                }
            }
            Some((_, worst, _)) if rank(worst) < rank(&record.outcome) => {}
            _ => self.worst = Some((name, record.outcome, 1)),
        }
    }

    fn spend(&mut self, record: &FigureRecord) {
        self.wall += record.wall;
        self.cpu += record.cpu;
        self.anon_bytes = self.anon_bytes.max(record.anon_bytes);
    }

    /// The end of a film of which a picture is missing.
    fn unjoined(mut self) -> FigureRecord {
        let Some((name, outcome, count)) = self.worst.take() else {
            return self.ended(Outcome::NotRun(NotRun::Signal));
        };
        let others = match count - 1 {
            0 => String::new(),
            1 => " and one more".to_owned(),
            more => format!(" and {more} more"),
        };
        let what = format!("picture {name}{others} of the film");
        let outcome = match outcome {
            Outcome::Failed(error) => {
                let mut causes = vec![error.message.clone()];
                causes.extend(error.causes.clone());
                Outcome::Failed(Diagnostic { message: format!("cannot draw {what}"), causes, ..error })
            }
            Outcome::Cancelled(_) | Outcome::NotRun(_) if !self.begun => outcome,
            // Some pictures were drawn.
            Outcome::NotRun(NotRun::Signal) => Outcome::Cancelled(CancelReason::Signal),
            Outcome::NotRun(NotRun::FailFast) => Outcome::Cancelled(CancelReason::FailFast),
            Outcome::Timeout { .. } | Outcome::Crashed { .. } | Outcome::Oom { .. } => {
                self.warnings.push(Diagnostic::warning(format!("that was {what}")));
                outcome
            }
            other => other,
        };
        self.ended(outcome)
    }

    fn ended(self, outcome: Outcome) -> FigureRecord {
        FigureRecord {
            task: self.film.id,
            name: self.film.name.clone(),
            point: self.film.point.clone(),
            outputs: vec![self.film.output.clone()],
            outcome,
            wall: self.wall,
            cpu: self.cpu,
            anon_bytes: self.anon_bytes,
            warnings: self.warnings,
        }
    }
}

/// Which ends of pictures decide their film's, worst first.
fn rank(outcome: &Outcome) -> usize {
    match outcome {
        Outcome::Failed(_) => 0,
        Outcome::Crashed { .. } | Outcome::Oom { .. } | Outcome::Timeout { .. } => 1,
        Outcome::Cancelled(_) => 2,
        Outcome::NotRun(_) => 3,
        Outcome::Skipped(_) => 4,
        Outcome::Ok { .. } | Outcome::Unchanged => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ExistOk;
    use crate::diag::{Place, Source};
    use crate::output::film::{Container, Film, rate::Rate};

    /// A film of three pictures with the numbers 4 to 6.
    fn films(folder: &Path) -> Films {
        let film = FilmTask {
            id: 4,
            name: "film".to_owned(),
            point: None,
            output: "film.gif".into(),
            film: Film {
                container: Container::Gif,
                rate: Rate::new(5.0).unwrap(),
                metadata: Vec::new(),
                video: None,
            },
            exist_ok: ExistOk::Replace,
            place: Place::new(&Source::new("plots.yml", "film: {}"), crate::diag::Span { start: 0, end: 4 }),
            digest: 0,
        };
        let state = State {
            film: Arc::new(film),
            files: Vec::new(),
            left: 3,
            begun: false,
            worst: None,
            wall: Duration::ZERO,
            cpu: Duration::ZERO,
            anon_bytes: 0,
            warnings: Vec::new(),
        };
        Films {
            folder: folder.join("films"),
            films: BTreeMap::from([(4, state)]),
            pictures: BTreeMap::from([(4, 4), (5, 4), (6, 4)]),
            signal: false,
            failed: false,
        }
    }

    fn ended(task: usize, outcome: Outcome) -> Event {
        Event::Finished(Box::new(FigureRecord {
            task,
            name: "film".to_owned(),
            point: Some(format!("000000{}", task - 4)),
            outputs: Vec::new(),
            outcome,
            wall: Duration::from_secs(1),
            cpu: Duration::from_secs(2),
            anon_bytes: 10,
            warnings: vec![Diagnostic::warning("the same")],
        }))
    }

    fn ok() -> Outcome {
        Outcome::Ok { files: Vec::new(), bytes: 1 }
    }

    fn failed() -> Outcome {
        Outcome::Failed(Diagnostic::error("no").caused_by("why"))
    }

    /// What is told when pictures end so, the last one first.
    fn told(outcomes: [Outcome; 3]) -> Option<FigureRecord> {
        let dir = tempfile::tempdir().unwrap();
        let mut films = films(dir.path());
        assert!(matches!(
            films.pass(Event::Started { task: 6, worker: 1 }),
            Some(Event::Started { task: 4, .. })
        ));
        assert!(films.pass(Event::Started { task: 5, worker: 0 }).is_none());
        let mut last = None;
        for (task, outcome) in (4..7).zip(outcomes).rev() {
            assert!(last.is_none());
            last = films.pass(ended(task, outcome));
        }
        match last {
            Some(Event::Finished(record)) => Some(*record),
            None => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_film_is_one_figure_that_says_which_pictures_failed() {
        let record = told([ok(), failed(), ok()]).unwrap();
        let Outcome::Failed(error) = &record.outcome else { panic!("{record:?}") };
        assert_eq!(error.to_string(), "cannot draw picture 0000001 of the film: no: why");
        assert_eq!((record.task, record.outputs, record.wall.as_secs()), (4, vec!["film.gif".into()], 3));
        assert_eq!((record.cpu.as_secs(), record.anon_bytes, record.warnings.len()), (6, 10, 1));
        let record = told([failed(), Outcome::Skipped("so".into()), failed()]).unwrap();
        let Outcome::Failed(error) = &record.outcome else { panic!("{record:?}") };
        assert!(
            error.to_string().starts_with("cannot draw picture 0000000 and one more of the film"),
            "{error}"
        );
        let record = told([ok(), Outcome::Timeout { after: Duration::from_secs(1) }, ok()]).unwrap();
        assert!(matches!(record.outcome, Outcome::Timeout { .. }));
        assert_eq!(record.warnings[1].message, "that was picture 0000001 of the film");
        let record = told([ok(), Outcome::NotRun(NotRun::Signal), ok()]).unwrap();
        assert_eq!(record.outcome, Outcome::Cancelled(CancelReason::Signal));
        let record = told([ok(), Outcome::Skipped("so".into()), ok()]).unwrap();
        assert_eq!(record.outcome, Outcome::Skipped("so".into()));
        assert_eq!(told([ok(), ok(), ok()]), None);
    }

    #[test]
    fn other_events_pass_and_the_folder_goes_with_the_run() {
        let dir = tempfile::tempdir().unwrap();
        let mut films = films(dir.path());
        std::fs::create_dir_all(films.folder.join("4")).unwrap();
        let own = Event::Started { task: 9, worker: 0 };
        assert_eq!(films.pass(own.clone()), Some(own));
        assert_eq!(films.pass(ended(9, failed())), Some(ended(9, failed())));
        assert!(films.failed && !films.signal);
        assert!(films.pass(Event::Draining { signal: 2 }).is_some() && films.signal);
        drop(films);
        assert!(!dir.path().join("films").exists());
    }
}
