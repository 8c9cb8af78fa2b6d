const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `datetime.strftime` in the C locale and the process's time zone, with glibc's `-` (no padding) flag. */
export function formatDate(date: Date, format: string): string {
  return format.replace(/%([-_0^#]?)([A-Za-z%])/g, (whole, flag: string, code: string) => {
    const text = directive(date, code);
    if (text === undefined) {
      return whole;
    }
    switch (flag) {
      case '-':
        return text.replace(/^[0 ]+(?=.)/, '');
      case '_':
        return text.replace(/^0+(?=.)/, (zeros) => ' '.repeat(zeros.length));
      case '^':
      case '#':
        return text.toUpperCase();
      default:
        return text;
    }
  });
}

function directive(date: Date, code: string): string | undefined {
  const hour12 = date.getHours() % 12 || 12;
  switch (code) {
    case 'a':
      return days[date.getDay()].slice(0, 3);
    case 'A':
      return days[date.getDay()];
    case 'b':
    case 'h':
      return months[date.getMonth()].slice(0, 3);
    case 'B':
      return months[date.getMonth()];
    case 'c':
      return formatDate(date, '%a %b %e %H:%M:%S %Y');
    case 'C':
      return pad(Math.floor(date.getFullYear() / 100));
    case 'd':
      return pad(date.getDate());
    case 'D':
    case 'x':
      return formatDate(date, '%m/%d/%y');
    case 'e':
      return String(date.getDate()).padStart(2, ' ');
    case 'f':
      return pad(date.getMilliseconds() * 1000, 6);
    case 'F':
      return formatDate(date, '%Y-%m-%d');
    case 'g':
      return pad(isoWeek(date).year % 100);
    case 'G':
      return String(isoWeek(date).year);
    case 'H':
      return pad(date.getHours());
    case 'I':
      return pad(hour12);
    case 'j':
      return pad(dayOfYear(date) + 1, 3);
    case 'k':
      return String(date.getHours()).padStart(2, ' ');
    case 'l':
      return String(hour12).padStart(2, ' ');
    case 'm':
      return pad(date.getMonth() + 1);
    case 'M':
      return pad(date.getMinutes());
    case 'n':
      return '\n';
    case 'p':
      return date.getHours() < 12 ? 'AM' : 'PM';
    case 'P':
      return date.getHours() < 12 ? 'am' : 'pm';
    case 'r':
      return formatDate(date, '%I:%M:%S %p');
    case 'R':
      return formatDate(date, '%H:%M');
    case 's':
      return String(Math.floor(date.getTime() / 1000));
    case 'S':
      return pad(date.getSeconds());
    case 't':
      return '\t';
    case 'T':
    case 'X':
      return formatDate(date, '%H:%M:%S');
    case 'u':
      return String(date.getDay() || 7);
    case 'U':
      return pad(Math.floor((dayOfYear(date) + 7 - date.getDay()) / 7));
    case 'V':
      return pad(isoWeek(date).week);
    case 'w':
      return String(date.getDay());
    case 'W':
      return pad(Math.floor((dayOfYear(date) + 7 - ((date.getDay() + 6) % 7)) / 7));
    case 'y':
      return pad(date.getFullYear() % 100);
    case 'Y':
      return String(date.getFullYear());
    // A naive datetime has no zone.
    case 'z':
    case 'Z':
      return '';
    case '%':
      return '%';
    default:
      return undefined;
  }
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

/** From 0. */
function dayOfYear(date: Date): number {
  const start = Date.UTC(date.getFullYear(), 0, 1);
  return (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - start) / 86_400_000;
}

function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()));
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  const days = (thursday.getTime() - Date.UTC(year, 0, 1)) / 86_400_000;
  return { year, week: Math.floor(days / 7) + 1 };
}
