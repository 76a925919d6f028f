// The worked examples of the tests, published or computed by hand.
#pragma once

#include <array>

namespace gpubench::statistics::examples {

// Student 1908: extra hours of sleep after two drugs (R's data set "sleep").
inline constexpr std::array kSleepOne{.7, -1.6, -.2, -1.2, -.1, 3.4, 3.7, .8, 0., 2.};
inline constexpr std::array kSleepTwo{1.9, .8, 1.1, .1, -.1, 4.4, 5.5, 1.6, 4.6, 3.4};

// Joules of five runs of one program, and of five of a later version.
inline constexpr std::array kBase{3012., 3020., 3008., 3016., 3024.};
inline constexpr std::array kNew{3071., 3083., 3069., 3078., 3089.};

// The example of benchstat's documentation (golang.org/x/perf/cmd/benchstat/testdata), ns/op.
inline constexpr std::array kOldJson{1726., 1723., 1707., 1707., 1713., 1729., 1736., 1707., 1705., 1774.};
inline constexpr std::array kNewJson{1423., 1416., 1411., 1413., 1412., 1426., 1422., 1424., 1447., 1425.};
inline constexpr std::array kOldGob{3069., 3075., 3069., 3067., 3207., 3064., 3064., 3058., 3059., 3062.};
inline constexpr std::array kNewGob{3075., 3065., 3059., 3065., 3060., 3081., 3186., 3135., 3087., 3062.};

}  // namespace gpubench::statistics::examples
