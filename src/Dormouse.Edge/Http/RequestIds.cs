using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Dormouse.Edge.Http;

/// <summary>
/// Names for requests, such as <c>8f3a…-LOCAL</c>: 16 hexadecimal digits and the region. None comes twice in a process. They are no
/// secrets, so they are scrambled numbers and not drawn each from the system's randomness.
/// </summary>
internal sealed class RequestIds(string region)
{
    private const int Digits = 16;

    // SplitMix64: the step of Weyl's sequence, and two rounds of mixing, which lose nothing.
    private const ulong Step = 0x9E3779B97F4A7C15;

    private readonly string suffix = "-" + region;
    private ulong state = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    public string Next() =>
        string.Create(
            Digits + suffix.Length,
            (Number: Mix(Interlocked.Add(ref state, Step)), Suffix: suffix),
            static (text, id) =>
            {
                id.Number.TryFormat(text, out _, "x16", CultureInfo.InvariantCulture);
                id.Suffix.CopyTo(text[Digits..]);
            }
        );

    private static ulong Mix(ulong number)
    {
        number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
        number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
        return number ^ (number >> 31);
    }
}
