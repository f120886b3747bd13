using Weft.Crypto;
using Weft.Protocol;
using Xunit;

namespace Weft.Tests.Protocol.Noise;

public sealed class IkPsk2Tests
{
    // Public-domain vectors of the cacophony project for Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s.
    const string Prologue = "4a6f686e2047616c74";
    const string Psk = "54686973206973206d7920417573747269616e20706572737065637469766521";
    const string InitiatorStatic = "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1";
    const string InitiatorEphemeral = "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a";
    const string ResponderPublic = "31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62";
    const string ResponderStatic = "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893";
    const string ResponderEphemeral = "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b";
    const string HandshakeHash = "f5191b875290abcd41347ac3622d9679688a7e980229cb937ef748336cfde0e5";

    static readonly string[] Payloads =
    [
        "4c756477696720766f6e204d69736573",
        "4d757272617920526f746862617264",
        "462e20412e20486179656b",
        "4361726c204d656e676572",
        "4a65616e2d426170746973746520536179",
        "457567656e2042f6686d20766f6e2042617765726b",
    ];

    static readonly string[] Messages =
    [
        "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944001e21de9f98ddd8e2ad57527207feb56253c9c94a9e"
            + "496782ecfcb2a75fbcaf1b52948cc48daefe660c62119ab5000980c84831215f2441eba616548e832985464cf17e51ee93109008"
            + "399a21f7e13f",
        "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843cb765f2caef0751b8f007572dab0322217755c0632f3"
            + "65717edbf34d33e87a",
        "8153ca9833bc3c1b91a7e66e5f4d4f5b59bf9e64c2f20d15f0bba7",
        "07af0c9c86e1b4e80f36b04ff7688d51141af3debd0332f0a705ef",
        "6ab1467c0448cc78394494abaaf23afce0e234315d6e2624dcbfa8a21c1c4d073d",
        "dfc346c0d2296ae6cf1acf6f12b8456a1dba228cf8d8b774aacf1c47fc53aa80ebc7a4c292",
    ];

    readonly byte[] _initiatorStorage = new byte[SymmetricState.StorageLength];
    readonly byte[] _responderStorage = new byte[SymmetricState.StorageLength];

    [Fact]
    public void Both_sides_speak_the_published_vectors()
    {
        SymmetricState initiator = new(_initiatorStorage);
        SymmetricState responder = new(_responderStorage);
        using PrivateKey initiatorStatic = Private(InitiatorStatic);
        using PrivateKey responderStatic = Private(ResponderStatic);
        Assert.Equal(ResponderPublic, responderStatic.ToPublicKey().ToHex());

        byte[] first = WriteFirst(initiator);
        Assert.Equal(Messages[0], Convert.ToHexStringLower(first));

        IkPsk2.Start(responder, Convert.FromHexString(Prologue), responderStatic.ToPublicKey());
        Assert.True(IkPsk2.ReadFirstStatic(responder, responderStatic, first, out PublicKey claimed));
        Assert.Equal(initiatorStatic.ToPublicKey(), claimed);
        byte[] shared = new byte[32];
        Assert.True(responderStatic.SharedSecret(claimed, shared));
        byte[] payload = new byte[Payloads[0].Length / 2];
        Assert.True(IkPsk2.ReadFirstPayload(responder, shared, first, payload));
        Assert.Equal(Payloads[0], Convert.ToHexStringLower(payload));

        byte[] second = new byte[Messages[1].Length / 2];
        using PrivateKey responderEphemeral = Private(ResponderEphemeral);
        PublicKey seen = new(first.AsSpan(0, 32));
        byte[] answer = Convert.FromHexString(Payloads[1]);
        byte[] psk = Convert.FromHexString(Psk);
        Assert.True(IkPsk2.WriteSecond(responder, responderEphemeral, seen, claimed, psk, answer, second));
        Assert.Equal(Messages[1], Convert.ToHexStringLower(second));

        using PrivateKey initiatorEphemeral = Private(InitiatorEphemeral);
        payload = new byte[answer.Length];
        Assert.True(IkPsk2.ReadSecond(initiator, initiatorEphemeral, initiatorStatic, psk, second, payload));
        Assert.Equal(Payloads[1], Convert.ToHexStringLower(payload));
        Assert.Equal(HandshakeHash, Convert.ToHexStringLower(initiator.HandshakeHash));
        Assert.Equal(HandshakeHash, Convert.ToHexStringLower(responder.HandshakeHash));
        CheckTransport(initiator);
        CheckTransport(responder);
    }

    [Fact]
    public void The_wireguard_prologue_gives_the_known_chaining_key_and_hash()
    {
        // Hash(Construction) and Hash(Hash(Construction) || Identifier), as the paper defines them.
        SymmetricState state = new(_initiatorStorage);
        state.Start(IkPsk2.ProtocolName);
        Assert.Equal(
            "60e26daef327efc02ec335e2a025d2d016eb4206f87277f52d38d1988b78cd36",
            Convert.ToHexStringLower(state.HandshakeHash)
        );
        state.MixHash(LocalIdentity.Prologue);
        Assert.Equal(
            "2211b361081ac566691243db458ad5322d9c6c662293e8b70ee19c65ba079ef3",
            Convert.ToHexStringLower(state.HandshakeHash)
        );
    }

    [Fact]
    public void A_first_message_with_any_bit_wrong_is_refused()
    {
        byte[] first = WriteFirst(new SymmetricState(_initiatorStorage));
        using PrivateKey responderStatic = Private(ResponderStatic);
        for (int bit = 0; bit < first.Length * 8; bit += 13)
        {
            // The top bit of a point is not part of it, but it is part of what is hashed: refused all the same.
            byte[] wrong = [.. first];
            wrong[bit / 8] ^= (byte)(1 << (bit % 8));
            SymmetricState responder = new(_responderStorage);
            IkPsk2.Start(responder, Convert.FromHexString(Prologue), responderStatic.ToPublicKey());
            bool isRead = IkPsk2.ReadFirstStatic(responder, responderStatic, wrong, out PublicKey claimed);
            byte[] shared = new byte[32];
            responderStatic.SharedSecret(claimed, shared);
            Assert.False(isRead && IkPsk2.ReadFirstPayload(responder, shared, wrong, new byte[16]), $"bit {bit}");
        }
    }

    [Fact]
    public void A_point_of_low_order_ends_the_handshake()
    {
        SymmetricState state = new(_initiatorStorage);
        using PrivateKey key = Private(InitiatorStatic);
        using PrivateKey ephemeral = Private(InitiatorEphemeral);
        PublicKey zero = default;
        byte[] message = new byte[96];
        IkPsk2.Start(state, [], zero);
        Assert.False(IkPsk2.WriteFirst(state, ephemeral, key.ToPublicKey(), zero, new byte[32], [], message));
        IkPsk2.Start(state, [], key.ToPublicKey());
        Assert.False(IkPsk2.ReadFirstStatic(state, key, new byte[96], out _));
        Assert.False(IkPsk2.WriteSecond(state, ephemeral, zero, key.ToPublicKey(), new byte[32], [], new byte[48]));
        Assert.False(IkPsk2.WriteSecond(state, ephemeral, key.ToPublicKey(), zero, new byte[32], [], new byte[48]));
        Assert.False(IkPsk2.ReadSecond(state, ephemeral, key, new byte[32], new byte[48], []));
    }

    static byte[] WriteFirst(SymmetricState state)
    {
        using PrivateKey initiator = Private(InitiatorStatic);
        using PrivateKey ephemeral = Private(InitiatorEphemeral);
        PublicKey responder = new(Convert.FromHexString(ResponderPublic));
        byte[] shared = new byte[32];
        Assert.True(initiator.SharedSecret(responder, shared));
        byte[] payload = Convert.FromHexString(Payloads[0]);
        byte[] message = new byte[96 + payload.Length];
        IkPsk2.Start(state, Convert.FromHexString(Prologue), responder);
        Assert.True(IkPsk2.WriteFirst(state, ephemeral, initiator.ToPublicKey(), responder, shared, payload, message));
        return message;
    }

    static void CheckTransport(SymmetricState state)
    {
        byte[] initiatorKey = new byte[32];
        byte[] responderKey = new byte[32];
        state.Split(initiatorKey, responderKey);
        using ChaCha20Poly1305Key fromInitiator = new(initiatorKey);
        using ChaCha20Poly1305Key fromResponder = new(responderKey);
        for (int i = 2; i < Messages.Length; i++)
        {
            byte[] payload = Convert.FromHexString(Payloads[i]);
            byte[] message = new byte[payload.Length + 16];
            (i % 2 == 0 ? fromInitiator : fromResponder).Seal((ulong)(i - 2) / 2, payload, default, message);
            Assert.Equal(Messages[i], Convert.ToHexStringLower(message));
        }
    }

    static PrivateKey Private(string hex) => new(Convert.FromHexString(hex));
}
