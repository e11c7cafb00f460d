using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Dormouse.Query.Failures;
using Dormouse.Query.Values;

namespace Dormouse.Query.Generators;

/// <summary>
/// The generators that plans call. One object per run: <c>now</c> is one fixed instant for all calls of a request.
/// </summary>
internal sealed class ValueGenerators(TimeProvider time)
{
    /// <summary>Schemas allow nanoid(2) to nanoid(255).</summary>
    private const int MaxNanoidLength = 1024;

    private const int DefaultNanoidLength = 21;

    /// <summary>A connect of all pairs of two lists; far more than fit into one statement.</summary>
    private const int MaxPairs = 1_000_000;

    private const string NanoidAlphabet = "useandom-26T198340PX75pxJACKVERYMINDBUSHWOLF_GQZbfghjklqvwyzrict";
    private const string UlidAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const string Base36 = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>A value of this process in every cuid, as version 1 wants it.</summary>
    private static readonly string Fingerprint = RandomNumberGenerator.GetString(Base36, 4);

    private static int cuidCounter;

    private TextValue? now;

    public PlanValue Call(string name, IReadOnlyList<PlanValue> arguments) =>
        (name, arguments.Count > 0 ? arguments[0] : NothingValue.Instance) switch
        {
            ("now", _) => now ??= Now(),
            ("uuid", NumberValue { Value: 4 }) => TextValue.Of(Guid.NewGuid().ToString()),
            ("uuid", NumberValue { Value: 7 }) => TextValue.Of(Guid.CreateVersion7(time.GetUtcNow()).ToString()),
            ("uuid", _) => throw PlanFailure.Plain("Invalid UUID generator arguments"),
            ("cuid", NumberValue { Value: 1 }) => TextValue.Of(Cuid1()),
            ("cuid", NumberValue { Value: 2 }) => TextValue.Of(Cuid2()),
            ("cuid", _) => throw PlanFailure.Plain("Invalid CUID generator arguments"),
            ("ulid", _) => TextValue.Of(Ulid()),
            ("nanoid", NothingValue) => TextValue.Of(RandomNumberGenerator.GetString(NanoidAlphabet, DefaultNanoidLength)),
            ("nanoid", NumberValue { Value: >= 0 and <= MaxNanoidLength } length) => TextValue.Of(
                RandomNumberGenerator.GetString(NanoidAlphabet, (int)length.Value)
            ),
            ("nanoid", _) => throw PlanFailure.Plain("Invalid Nanoid generator arguments"),
            ("product", var left) when arguments.Count >= 2 => Product(left, arguments[1]),
            ("product", _) => throw PlanFailure.Plain("Invalid Product generator arguments"),
            _ => throw PlanFailure.Plain($"Encountered an unknown generator '{name}'"),
        };

    private static ListValue Product(PlanValue left, PlanValue right)
    {
        var lefts = left is ListValue leftList ? leftList.Items : [left];
        var rights = right is ListValue rightList ? rightList.Items : [right];
        if ((long)lefts.Count * rights.Count > MaxPairs)
        {
            throw PlanFailure.LimitExceeded("pairs of a product", MaxPairs);
        }

        var pairs = new List<PlanValue>(lefts.Count * rights.Count);
        foreach (var l in lefts)
        {
            foreach (var r in rights)
            {
                pairs.Add(new ListValue([l, r]));
            }
        }

        return new ListValue(pairs);
    }

    private TextValue Now()
    {
        Span<byte> iso = stackalloc byte[InstantText.MaxLength];
        var instant = Instant.FromUnixMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        return new TextValue(iso[..InstantText.WriteIso(instant ?? default, iso)].ToArray());
    }

    /// <summary>c, time, counter, fingerprint, randomness: 25 characters.</summary>
    private string Cuid1()
    {
        const uint blockSize = 36 * 36 * 36 * 36;
        var counter = (uint)Interlocked.Increment(ref cuidCounter) % blockSize;
        return string.Concat(
            "c",
            ToBase36(time.GetUtcNow().ToUnixTimeMilliseconds()),
            ToBase36(counter).PadLeft(4, '0'),
            Fingerprint + RandomNumberGenerator.GetString(Base36, 8)
        );
    }

    /// <summary>A letter and 23 characters of a hash over time, randomness and a counter.</summary>
    private string Cuid2()
    {
        var source =
            ToBase36(time.GetUtcNow().ToUnixTimeMilliseconds())
            + RandomNumberGenerator.GetString(Base36, 24)
            + ToBase36((uint)Interlocked.Increment(ref cuidCounter))
            + Fingerprint;
        var hash = new BigInteger(SHA512.HashData(Encoding.ASCII.GetBytes(source)), isUnsigned: true, isBigEndian: true);
        var text = new StringBuilder().Append(Base36[10 + RandomNumberGenerator.GetInt32(26)]);
        while (text.Length < 24)
        {
            hash = BigInteger.DivRem(hash, 36, out var digit);
            text.Append(Base36[(int)digit]);
        }

        return text.ToString();
    }

    /// <summary>48 bits of milliseconds and 80 random ones in Crockford's base 32.</summary>
    private string Ulid() =>
        string.Create(
            26,
            time.GetUtcNow().ToUnixTimeMilliseconds(),
            static (output, milliseconds) =>
            {
                for (var i = 9; i >= 0; i--)
                {
                    output[i] = UlidAlphabet[(int)(milliseconds & 31)];
                    milliseconds >>= 5;
                }

                RandomNumberGenerator.GetItems(UlidAlphabet, output[10..]);
            }
        );

    private static string ToBase36(long number)
    {
        var text = string.Empty;
        do
        {
            text = Base36[(int)(number % 36)] + text;
            number /= 36;
        } while (number > 0);

        return text;
    }
}
