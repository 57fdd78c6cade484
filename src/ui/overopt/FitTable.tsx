import type { ReactNode } from 'react';
import type { Coefficient } from '../../evaluation/overoptimisation';
import { ArmMark } from '../shared/ArmMark';
import { interval, number } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import type { OveroptFit } from './points';
import classes from './overopt.module.css';
import { CAVEATS, CITATION, FORMULAS, PATH_NAMES, peakWords, SCORE_NAMES, turns } from './words';

/** What the fitted curves say, a row a curve, and where there is none, why. */
export function FitTable({ fits }: { readonly fits: readonly OveroptFit[] }): ReactNode {
  return (
    <section aria-labelledby="overopt-fits">
      <h3 id="overopt-fits" className={screen.subheading}>
        Fitted curves{' '}
        <InfoTip
          label="the fitted curves"
          formula={'d = √KL\nRL: R = d (α − β log d), peak at d* = e^(α/β − 1), R* = β d*\nbest of n: R = d (α − β d), peak at d* = α / 2β, R* = α² / 4β'}
          meaning="α is how fast the score rises at first, β how fast the rise wears off; where β is above 0 the score has a peak. Least squares through the origin; intervals are 95%, by t with n − 2 degrees of freedom."
          caveat={CAVEATS}
          source={CITATION}
        />
      </h3>
      {fits.length === 0 ? (
        <p className={screen.text}>Nothing to fit yet: a fit takes three measurements or more with KL above 0.</p>
      ) : (
        <div className={`${screen.scroll} ${classes.scroll}`} role="region" aria-label="Fitted curves, table" tabIndex={0}>
          <table className={`${screen.table} ${classes.table}`} data-testid="overopt-fits">
            <thead>
              <tr>
                <th scope="col">Curve</th>
                <th scope="col">Form</th>
                <th scope="col">α</th>
                <th scope="col">β</th>
                <th scope="col">R²</th>
                <th scope="col">RMSE</th>
                <th scope="col">n</th>
                <th scope="col">Peak: √KL, KL in nats, gain</th>
              </tr>
            </thead>
            <tbody>
              {fits.map((one) => (
                <FitRow key={`${one.arm.id}/${one.path}/${one.score}`} {...one} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function FitRow({ arm, path, score, form, fit }: OveroptFit): ReactNode {
  const leftOut = fit.leftOut > 0 && <span className={classes.soft}>{number(fit.leftOut)} left out: KL not above 0</span>;
  return (
    <tr>
      <th scope="row">
        <ArmMark armId={arm.id} /> {arm.label}, {PATH_NAMES[path]}, {SCORE_NAMES[score]}
      </th>
      <td className={classes.formula}>{FORMULAS[form]}</td>
      {fit.ok ? (
        <>
          <td>
            <CoefficientCell coefficient={fit.alpha} />
          </td>
          <td>
            <CoefficientCell coefficient={fit.beta} />
          </td>
          <td>{fit.r2 === undefined ? '–' : number(fit.r2, 2)}</td>
          <td>{number(fit.rmse, 3)}</td>
          <td>
            {number(fit.n)} {leftOut}
          </td>
          <td>
            {peakWords(fit)}
            {fit.peak && !turns(fit) && (
              <span className={classes.soft}>The interval of β reaches 0: the points do not show that the score turns.</span>
            )}
          </td>
        </>
      ) : (
        <td colSpan={6}>
          No fit: {fit.reason}. {leftOut}
        </td>
      )}
    </tr>
  );
}

function CoefficientCell({ coefficient: { value, ci } }: { readonly coefficient: Coefficient }): ReactNode {
  return (
    <>
      <b>{number(value, 3)}</b> <span className={classes.soft}>{interval(ci, 3)}</span>
    </>
  );
}
