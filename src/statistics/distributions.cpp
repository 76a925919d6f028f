#include "statistics/distributions.h"

#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace gpubench::statistics {
namespace {

// What is outside its domain gives NaN, not an exception.
using Quiet = boost::math::policies::policy<boost::math::policies::domain_error<boost::math::policies::ignore_error>,
                                            boost::math::policies::pole_error<boost::math::policies::ignore_error>,
                                            boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
                                            boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
                                            boost::math::policies::promote_double<false>>;
using StudentsT = boost::math::students_t_distribution<double, Quiet>;
using NonCentralT = boost::math::non_central_t_distribution<double, Quiet>;
using Normal = boost::math::normal_distribution<double, Quiet>;

}  // namespace

double t_quantile(double probability, double degrees) {
  return std::isinf(degrees) ? quantile(Normal(), probability) : quantile(StudentsT(degrees), probability);
}

double t_tail(double t, double degrees) {
  return std::isinf(degrees) ? cdf(complement(Normal(), t)) : cdf(complement(StudentsT(degrees), t));
}

double t_two_sided(double t, double degrees) {
  return 2 * t_tail(std::abs(t), degrees);
}

double t_power(double effect, double degrees, double level) {
  constexpr double kCertain = 1000;  // standard errors; the library counts to the square of them
  if (effect > kCertain) return 1;
  const double critical = t_quantile(1 - level / 2, degrees);
  if (std::isinf(degrees)) return t_tail(critical - effect, degrees) + t_tail(critical + effect, degrees);
  const NonCentralT shifted(degrees, effect);
  return cdf(complement(shifted, critical)) + cdf(shifted, -critical);
}

}  // namespace gpubench::statistics
